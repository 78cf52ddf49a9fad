/** Calls that are elsewhere: an outside number has them, and none of us. */
import { phoneNumber } from "../format";
import { outsideNumbers } from "../parties";
import type { SeenCall } from "../board_view";
import { Elapsed } from "./clock";
import { useStore, useView } from "./context";
import { OutsideIcon } from "./icons";

export function Outside() {
  const { outside } = useView();
  if (outside.length === 0) return null;
  return (
    <section className="outside" aria-label="Calls outside the company">
      <h3>Outside</h3>
      <ul>{outside.map((call) => <OutsideCall key={call.id} call={call} />)}</ul>
    </section>
  );
}

function OutsideCall({ call }: { call: SeenCall }) {
  const { me, nameOf } = useView();
  const store = useStore();
  const isMine = me !== null && call.transfer?.by === me.agent.id;
  const by = call.transfer?.by ?? call.handled_by.at(-1);
  return (
    <li data-call={call.id}>
      <span className="badge" aria-hidden="true"><OutsideIcon /></span>
      <span className="who">
        <strong className="caller">{phoneNumber(call.caller)}</strong>
        <span className="doing">
          talks with {outsideNumbers(call)} outside
          {by && <>, handed over by {by === me?.agent.id ? "you" : nameOf(by)}</>}
        </span>
      </span>
      <Elapsed since={call.since} />
      {isMine && (
        <button type="button" className="button small" disabled={call.pending !== null} onClick={() => store.hangUp(call.id)}>
          End<span className="hidden"> the call of {phoneNumber(call.caller)} outside</span>
        </button>
      )}
    </li>
  );
}
