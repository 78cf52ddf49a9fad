/** What is written down about my call, while I have it and afterwards: how it went, and a note. */
import { useEffect, useRef, type KeyboardEvent } from "react";
import { LONGEST_NOTE, NO_NOTE, type MyNote } from "../notes";
import { type Paperwork as Part } from "../screen";
import { useScreen, useStore, useView } from "./context";
import { CheckIcon, ChevronIcon } from "./icons";
import { KeyHint } from "./key_hint";
import { Menu } from "./menu";

/** In a call there is little room and other things matter more: the dispositions fold into a menu. */
export function Paperwork({ callId }: { callId: string }) {
  const { rules, mine, writtenAbout } = useView();
  const isOffered = rules.dispositions.length > 0 && writtenAbout === callId;
  return (
    <div className="paperwork">
      {isOffered && mine === null && <Dispositions callId={callId} />}
      <NoteField callId={callId} />
      {isOffered && mine !== null && <DispositionMenu callId={callId} />}
    </div>
  );
}

function DispositionMenu({ callId }: { callId: string }) {
  const store = useStore();
  const { rules, disposition } = useView();
  const { paperworkAsked } = useScreen();
  const items = rules.dispositions.map((name) => ({
    key: name,
    label: <>{name}{disposition === name && <CheckIcon />}</>,
    checked: disposition === name,
    onChoose: () => store.dispose(callId, name),
  }));
  return (
    <Menu name={`How it went: ${disposition ?? "not said yet"}`} className={`button small ${disposition ? "" : "quiet"}`} align="end" items={items}
      openings={paperworkAsked.disposition} face={<>{disposition ?? "How it went"}<ChevronIcon /><KeyHint keys="R" /></>} />
  );
}

/** One click each; the arrows move between them, and the digits choose. */
function Dispositions({ callId }: { callId: string }) {
  const store = useStore();
  const { rules, disposition, wrapUp } = useView();
  const group = useRef<HTMLDivElement>(null);
  const buttons = () => [...(group.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
  useAsked("disposition", () => (buttons().find(({ tabIndex }) => tabIndex === 0) ?? buttons()[0])?.focus());
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const place = buttons().indexOf(event.target as HTMLButtonElement);
    const step = STEPS[event.key];
    const picked = /^[1-9]$/.test(event.key) ? rules.dispositions[Number(event.key) - 1] : undefined;
    if (/^[1-9]$/.test(event.key) && !picked) return event.preventDefault();
    if (picked) {
      store.dispose(callId, picked);
      buttons()[Number(event.key) - 1]?.focus();
    } else if (step) buttons().at((place + step) % rules.dispositions.length)?.focus();
    else return;
    event.preventDefault();
  };
  const inTabOrder = disposition ?? rules.dispositions[0];
  return (
    <div ref={group} className="dispositions" role="group" aria-label={`How it went${rules.disposition_required ? ", required" : ""}`} onKeyDown={onKeyDown}>
      <span className="paper-label" aria-hidden="true">How it went{rules.disposition_required && <small>required</small>}<KeyHint keys="R" /></span>
      {rules.dispositions.map((name, place) => (
        <button key={name} type="button" className={`chip ${disposition === name ? "chosen" : ""}`} aria-pressed={disposition === name}
          tabIndex={name === inTabOrder ? 0 : -1} onClick={() => store.dispose(callId, name)}>
          {wrapUp && place < 9 && <span className="chip-key" aria-hidden="true">{place + 1}</span>}{name}
        </button>
      ))}
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function NoteField({ callId }: { callId: string }) {
  const store = useStore();
  const note = useScreen().notes[callId] ?? NO_NOTE;
  const field = useRef<HTMLTextAreaElement>(null);
  const isReopened = useView().reopened?.id === callId;
  useAsked("note", () => field.current?.focus());
  useEffect(() => {
    if (isReopened) field.current?.focus();
  }, [isReopened]);
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") field.current?.blur();
  };
  return (
    <>
      <NotesOfOthers callId={callId} />
      <label className="note-field">
        <span className="paper-label">Note<KeyHint keys="N" /><NoteState note={note} /></span>
        <textarea ref={field} rows={2} maxLength={LONGEST_NOTE} value={note.text} placeholder="What the next one should know"
          onChange={(event) => store.note(callId, event.target.value)} onKeyDown={keys}
          onFocus={() => store.noteEntered(callId)} onBlur={() => store.noteLeft(callId)} />
      </label>
    </>
  );
}

/** What others who had this call noted about it. */
export function NotesOfOthers({ callId }: { callId: string }) {
  const { nameOf } = useView();
  const { others } = useScreen().notes[callId] ?? NO_NOTE;
  return others.map(({ agent_id, text }) => <p key={agent_id} className="noted"><b>{nameOf(agent_id)}</b> {text}</p>);
}

function NoteState({ note: { state, problem, text } }: { note: MyNote }) {
  const words = state === "saved" ? "Saved" : state === "saving" ? "Saving…" : "";
  const room = LONGEST_NOTE - text.length;
  return (
    <small className={`note-state ${problem ? "problem" : ""}`} role="status">
      {problem ? `Not saved yet: ${problem}` : room < 200 ? `${room} characters left` : words}
    </small>
  );
}

/** A key asks for this part, like the menus of colleagues. */
function useAsked(part: Part, focus: () => void): void {
  const asked = useScreen().paperworkAsked[part];
  const answered = useRef(asked);
  useEffect(() => {
    if (asked > answered.current) focus();
    answered.current = asked;
  });
}
