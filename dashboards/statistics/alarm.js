/** Two tones every few seconds while `rings`; browsers allow a sound only after somebody has pressed something. */
export function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  let sound = null;
  let timer = null;

  function tone(at, pitch) {
    const voice = sound.createOscillator();
    const volume = sound.createGain();
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
    voice.connect(volume).connect(sound.destination);
    voice.start(at);
    voice.stop(at + 0.4);
  }

  function ring() {
    tone(sound.currentTime, 660);
    tone(sound.currentTime + 0.4, 880);
  }

  function follow() {
    button.textContent = sound ? "Sound is on" : "Turn the alarm's sound on";
    button.setAttribute("aria-pressed", String(Boolean(sound)));
    clearInterval(timer);
    timer = null;
    if (sound && model.rings) {
      ring();
      timer = setInterval(ring, 10_000);
    }
  }

  button.addEventListener("click", () => {
    if (sound) {
      void sound.close();
      sound = null;
    } else {
      sound = new AudioContext();
    }
    follow();
  });
  model.on("rings", follow);
  model.on("remove", () => clearInterval(timer));
  follow();
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = model.sheet;
  const box = document.createElement("div");
  box.className = "statistics";
  box.append(button);
  el.append(sheet, box);
}
