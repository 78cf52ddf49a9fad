/** Play, pause, speed and a slider over a day that is played. What is wished for goes to the server as a message. */

const MINUTE = 60;
const STEPS = { ArrowLeft: -MINUTE, ArrowDown: -MINUTE, ArrowRight: MINUTE, ArrowUp: MINUTE, PageDown: -15 * MINUTE, PageUp: 15 * MINUTE };
/** A slider that is dragged says where it is so often, in ms; and the address is written so often. */
const OFTEN = 120;
const SELDOM = 1_000;

/** An element with these properties and children; text is only ever text. */
function made(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Does it now or a little later, but never twice within that time; the last wish is not lost. */
function atMost(pause, act) {
  let isResting = false;
  let isAsked = false;
  return function ask() {
    if (isResting) return void (isAsked = true);
    isResting = true;
    act();
    setTimeout(() => {
      isResting = false;
      if (!isAsked) return;
      isAsked = false;
      ask();
    }, pause);
  };
}

export function render({ model, el }) {
  const place = made("div", { className: "statistics" });
  let follow = () => undefined;
  const build = () => {
    if (!model.day.day) return;
    const { card, follows } = controls(model, model.day);
    place.replaceChildren(card);
    follow = follows;
    follow();
  };
  model.on("day", build);
  model.on(["at", "plays", "speed"], () => follow());
  el.append(...model.sheet.split(" ").map((href) => made("link", { rel: "stylesheet", href })), place);
  build();
}

/** The controls of that day, and how they follow what the server says. */
function controls(model, day) {
  const at = (seconds) => new Date(day.start + seconds * 1000);
  const time = timeOf(day, at);
  const play = made("button", { type: "button", className: "primary play" });
  play.addEventListener("click", () => model.send_msg({ do: model.plays ? "pause" : "play" }));
  const speeds = model.speeds.map((speed) => speedButton(model, speed));
  const choices = named("Speed", made("div", { className: "speeds" }, ...speeds.map(([, button]) => button)));
  choices.setAttribute("role", "group");
  const slider = sliderOf(model, day, time, play);
  const mark = made("p", { className: "replay-mark" }, made("strong", { textContent: "Replay, read only" }), made("span", { textContent: `${day.words}, by the clock of ${day.time_zone}. Nothing here can be changed.` }));
  const row = made("div", { className: "row" }, play, choices, time.shown);
  const card = named("Replay", made("section", { className: "card replay-controls" }, mark, row, trackOf(day, slider.input), scaleOf(day, at)));
  const keepAddress = atMost(SELDOM, () => writeAddress(day.day, time.words(model.at), model.speed));
  const follows = () => {
    slider.follow(model.at);
    play.textContent = model.plays ? "Pause" : "Play";
    for (const [speed, button] of speeds) button.setAttribute("aria-pressed", String(speed === model.speed));
    keepAddress();
  };
  return { card, follows };
}

function named(name, element) {
  element.setAttribute("aria-label", name);
  return element;
}

function timeOf(day, at) {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: day.time_zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return { shown: made("span", { className: "time" }), words: (seconds) => clock.format(at(seconds)) };
}

function speedButton(model, speed) {
  const name = speed === 1 ? "As fast as it was" : `${speed} times as fast`;
  const button = named(name, made("button", { type: "button", className: "plain", textContent: `${speed}×` }));
  button.addEventListener("click", () => model.send_msg({ do: "speed", speed }));
  return [speed, button];
}

/** The slider, which does not follow while it is held. */
function sliderOf(model, day, time, play) {
  const last = Math.floor(day.until);
  const input = named("Time of day", made("input", { type: "range", min: "0", max: String(Math.floor(day.end)), step: "1" }));
  let isHeld = false;
  const write = (seconds) => {
    time.shown.textContent = time.words(seconds);
    input.setAttribute("aria-valuetext", time.shown.textContent);
    input.style.setProperty("--gone", `${(100 * seconds) / day.end}%`);
  };
  const seekSoon = atMost(OFTEN, () => model.send_msg({ do: "seek", to: Number(input.value) }));
  const seek = (seconds) => {
    input.value = String(Math.min(Math.max(0, seconds), last));
    write(Number(input.value));
    seekSoon();
  };
  input.addEventListener("pointerdown", () => (isHeld = true));
  input.addEventListener("input", () => seek(Number(input.value)));
  for (const over of ["change", "pointerup", "pointercancel", "blur"]) input.addEventListener(over, () => (isHeld = false));
  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (event.key === " ") play.click();
    else if (step) seek(Number(input.value) + (event.shiftKey ? Math.sign(step) : step));
    else return;
    event.preventDefault();
  });
  const follow = (seconds) => {
    if (isHeld) return;
    input.value = String(Math.round(seconds));
    write(seconds);
  };
  return { input, follow };
}

/** Behind the slider: how many came in when, and what has not been yet. */
function trackOf(day, input) {
  const most = Math.max(1, ...day.came_in);
  const bars = day.came_in.map((count) => made("span", { style: `height: ${Math.round((100 * count) / most)}%` }));
  const ahead = made("span", { className: "ahead", style: `left: ${(100 * day.until) / day.end}%` });
  return made("div", { className: "track" }, hidden(made("div", { className: "bars" }, ...bars)), hidden(ahead), input);
}

function scaleOf(day, at) {
  const hours = new Intl.DateTimeFormat("en-GB", { timeZone: day.time_zone, hour: "2-digit", minute: "2-digit" });
  const marks = [0, 0.25, 0.5, 0.75].map((share) => made("span", { textContent: hours.format(at(share * day.end)) }));
  return hidden(made("div", { className: "scale" }, ...marks));
}

function hidden(element) {
  element.setAttribute("aria-hidden", "true");
  return element;
}

/** All that is shown is named by the address, so that it can be sent to somebody, or reloaded. */
function writeAddress(day, at, speed) {
  const query = new URLSearchParams(location.search);
  query.set("day", day);
  query.set("at", at);
  query.set("speed", String(speed));
  history.replaceState(history.state, "", `${location.pathname}?${query.toString().replaceAll("%3A", ":")}`);
}
