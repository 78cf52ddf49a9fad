// Notes when things are drawn. Times are milliseconds of this machine's clock, as the server's are.

globalThis.painted = {};
globalThis.droppedAt = 0;
globalThis.framesUntilInTheLot = 0;
const now = () => performance.timeOrigin + performance.now();

// The first callback runs before the frame with the change is drawn, the second behind it.
function note(key) {
  if (key in painted) return;
  painted[key] = 0;
  requestAnimationFrame(() => requestAnimationFrame(() => { painted[key] = now(); }));
}

globalThis.watchBareFeed = socket => {
  socket.onmessage = ({ data }) => {
    const { id } = JSON.parse(data);
    const line = document.createElement('li');
    line.textContent = id;
    document.getElementById('lines').append(line);
    note(String(id));
  };
  return new Promise(resolve => { socket.onopen = () => resolve(true); });
};

globalThis.watchCards = () => {
  new MutationObserver(() => {
    for (const card of document.querySelectorAll('[data-zone=incoming] [data-call]')) note(card.dataset.call);
  }).observe(document.body, { childList: true, subtree: true });
};

globalThis.firstRinging = async () => {
  const id = document.querySelector('[data-zone=incoming] [data-call]').dataset.call;
  const board = await (await fetch('/api/board')).json();
  return { id, started_at: Date.parse(board.calls.find(call => call.id === id).started_at) };
};

globalThis.watchDrop = () => {
  droppedAt = framesUntilInTheLot = 0;
  document.addEventListener('pointerup', () => {
    droppedAt = now();
    let frames = 0;
    const look = () => {
      frames += 1;
      if (document.querySelector('[data-zone=lot] [data-call]')) framesUntilInTheLot = frames;
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { capture: true, once: true });
};
