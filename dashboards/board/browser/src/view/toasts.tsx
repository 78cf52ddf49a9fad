/** What went wrong: what happened, why, and what to do. Over the board, never pushing it. */
import { useEffect } from "react";
import type { Notice } from "../board_state";
import { useScreen, useStore } from "./context";
import { CloseIcon, NewsIcon, WarningIcon } from "./icons";
import { HelpStrip } from "./supervising";

const SHOWN = 20_000;

export function Toasts() {
  const { notices } = useScreen().board;
  return (
    <div className="toasts">
      <HelpStrip />
      {notices.map((notice) => <Toast key={notice.id} notice={notice} />)}
    </div>
  );
}

function Toast({ notice }: { notice: Notice }) {
  const store = useStore();
  useEffect(() => {
    const timer = setTimeout(() => store.dismiss(notice.id), SHOWN);
    return () => clearTimeout(timer);
  }, [store, notice.id]);
  return (
    <div className={`toast ${notice.tone}`} role={notice.tone === "news" ? "status" : "alert"}>
      {notice.tone === "news" ? <NewsIcon /> : <WarningIcon />}
      <p><b>{notice.title}</b><span>{notice.detail}</span></p>
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => store.dismiss(notice.id)}><CloseIcon /></button>
    </div>
  );
}
