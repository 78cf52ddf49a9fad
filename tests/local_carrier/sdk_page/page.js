// One person's phone: the SDK, and everything that it said, in the order in which it said it.
const NAMES = ["incoming", "outgoing", "disconnect", "dtmfs", "dtmfh"];
for (let digit = 0; digit < 10; digit++) NAMES.push(`dtmf${digit}`);
const SOUNDS = Object.fromEntries(NAMES.map((name) => [name, "/silence.wav"]));

const heard = [];
const phone = { device: null, call: null, incoming: [] };
let ear = null;

phone.open = (token, chunderw, more = {}) => {
  const options = { chunderw, publishEvents: false, sounds: SOUNDS, logLevel: "silent", ...more };
  const device = new Twilio.Device(token, {
    ...options,
    enableImprovedSignalingErrorPrecision: true,
  });
  for (const event of ["registered", "unregistered", "tokenWillExpire"])
    device.on(event, () => heard.push({ event }));
  device.on("error", (error) => heard.push({ event: "device-error", code: error.code }));
  device.on("incoming", (call) => {
    phone.incoming.push(call);
    follow(call);
    heard.push({ event: "incoming" });
  });
  phone.device = device;
};

phone.renewWith = (token) => {
  phone.device.on("tokenWillExpire", () => phone.device.updateToken(token));
};

phone.register = () => phone.device.register();

phone.connect = async (options) => follow(await phone.device.connect(options));

phone.answer = () => {
  phone.call = phone.incoming.at(-1);
  phone.call.accept();
};

phone.describe = (call) => ({
  sid: call.parameters.CallSid,
  parameters: call.parameters,
  custom: Object.fromEntries(call.customParameters),
  verified: call.callerInfo?.isVerified ?? null,
  status: call.status(),
});

phone.heard = () => heard;

// The loudest tone in this person's ear, in Hz, and its level in dB; null without any call.
phone.ear = () => {
  const stream = phone.call?.getRemoteStream();
  if (!stream) return null;
  if (ear?.stream !== stream) {
    const context = ear?.context ?? new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(stream).connect(analyser);
    ear = { stream, context, analyser };
  }
  const bins = new Float32Array(ear.analyser.frequencyBinCount);
  ear.analyser.getFloatFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins));
  return { hz: (loudest * ear.context.sampleRate) / 8192, db: bins[loudest] };
};

function follow(call) {
  phone.call ??= call;
  const tell = (event, more = {}) => heard.push({ event, ...more });
  for (const event of ["accept", "cancel", "disconnect", "reject", "reconnected"])
    call.on(event, () => tell(event));
  call.on("ringing", () => tell("ringing"));
  call.on("mute", (muted) => tell(muted ? "muted" : "unmuted"));
  call.on("reconnecting", (error) => tell("reconnecting", { code: error.code }));
  call.on("error", (error) => tell("error", { code: error.code }));
  call.on("messageSent", (message) => tell("messageSent", { content: message.content }));
  call.on("messageReceived", (message) => tell("messageReceived", { content: message.content }));
  if (!phone.incoming.includes(call)) phone.call = call;
  return null;
}
