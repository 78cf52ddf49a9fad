/** What a supervisor can do about a colleague in the team list: come into their call, or set their status. */
import { useEffect, useRef, useState } from "react";
import { mayMonitor, type SeenCall } from "../board_view";
import type { Agent } from "../wire";
import { Elapsed } from "./clock";
import { useScreen, useStore, useView } from "./context";
import { CloseIcon, MoreIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { Menu, type MenuItem } from "./menu";
import { MODES, MODE_WORDS } from "./monitoring";

type Wish = "available" | "away";

export function SuperviseMenu({ agent, call }: { agent: Agent; call: SeenCall | null }) {
  const store = useStore();
  const { mine, monitored } = useView();
  const [wish, setWish] = useState<Wish | null>(null);
  const talk = call !== null && mayMonitor(call, agent.id) ? call : null;
  const isElsewhere = mine !== null || (monitored !== null && monitored.call.id !== call?.id);
  const items: MenuItem[] = [
    ...(talk ? [
      ...MODES.map((mode) => ({
        key: mode, label: MODE_WORDS[mode].name, detail: MODE_WORDS[mode].key, disabled: isElsewhere, onChoose: () => store.supervision.monitor(talk.id, mode),
      })),
      { key: "take-over", label: "Take over", detail: "⇧T", disabled: isElsewhere, onChoose: () => store.supervision.takeOver(talk.id) },
    ] : []),
    ...(["available", "away"] as const).map((status) => ({
      key: status, label: `Set to ${status}…`, disabled: agent.status === status, onChoose: () => setWish(status),
    })),
  ];
  const heading = isElsewhere && talk ? <p className="menu-heading">Leave the call you are in first</p> : undefined;
  return (
    <>
      <Menu name={`Supervise ${agent.name}`} className="icon-button more" align="end" face={<MoreIcon />} items={items} heading={heading} />
      {wish && <StatusDialog agent={agent} wish={wish} onClose={() => setWish(null)} />}
    </>
  );
}

/** Lit while an agent asks for help, with what can be done about it one click away. */
export function HelpRow({ agent, call, withName = false }: { agent: Agent; call: SeenCall; withName?: boolean }) {
  const store = useStore();
  const { mine, monitored, helpWanted } = useView();
  const isElsewhere = mine !== null || (monitored !== null && monitored.call.id !== call.id);
  const isFirst = helpWanted[0]?.id === call.id;
  return (
    <div className="help-row" data-call={call.id}>
      <p><b>{withName ? `${agent.name} asks for help` : "Asks for help"}</b> <Elapsed since={call.help_at!} /></p>
      <div className="segments" role="group" aria-label={`Help ${agent.name}`}>
        {MODES.map((mode) => {
          const { name, key } = MODE_WORDS[mode];
          return (
            <button key={mode} type="button" className="button small" disabled={isElsewhere} onClick={() => store.supervision.monitor(call.id, mode)}>
              {name}{isFirst && !isElsewhere && <KeyHint keys={key} />}
            </button>
          );
        })}
      </div>
    </div>
  );
}

/** Where the team is not always in sight: over the board, never pushing it. */
export function HelpStrip() {
  const { view } = useScreen();
  const call = view && !view.mine && !view.monitored ? view.helpWanted[0] : undefined;
  const member = view?.team.find(({ agent }) => agent.id === call?.agent_id);
  return call && member ? <div className="help-strip"><HelpRow agent={member.agent} call={call} withName /></div> : null;
}

const REASON_LENGTH = 200;

/** Nothing is lost if it is refused: the dialog stays, and the words in it. */
function StatusDialog({ agent, wish, onClose }: { agent: Agent; wish: Wish; onClose: () => void }) {
  const store = useStore();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [isSending, setSending] = useState(false);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const send = async () => {
    if (!reason.trim() || isSending) return;
    setSending(true);
    const isDone = await store.supervision.setStatus(agent.id, wish, reason.trim());
    setSending(false);
    if (isDone) close();
  };
  const id = `reason-${agent.id}`;
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} className="help set-status" aria-labelledby={`${id}-title`} onClose={onClose}
      onClick={(event) => event.target === dialog.current && close()}>
      <form className="help-body" method="dialog" onSubmit={(event) => (event.preventDefault(), void send())}>
        <header>
          <h2 id={`${id}-title`}>Set {agent.name} to {wish}</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={close}><CloseIcon /></button>
        </header>
        <div className="reason">
          <label htmlFor={id}>Why</label>
          <input id={id} autoFocus value={reason} maxLength={REASON_LENGTH} required autoComplete="off" aria-describedby={`${id}-note`}
            onChange={(event) => setReason(event.target.value)} />
          <small id={`${id}-note`}>{agent.name} reads this with your name. A call in progress goes on.</small>
        </div>
        <div className="actions">
          <button type="submit" className="button primary" disabled={!reason.trim() || isSending}>Set to {wish}</button>
          <button type="button" className="button" onClick={close}>Cancel</button>
        </div>
      </form>
    </dialog>
  );
}
