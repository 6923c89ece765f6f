// The ring: two soft tones from WebAudio, to the speaker, only while the server says ringing.

const CYCLE_S = 3;
const NOTES = [
  [0, 659], [0.18, 784], [0.36, 988],
  [0.9, 659], [1.08, 784], [1.26, 988],
];

let context = null;
let timer = null;
let playing = [];

/** Browsers allow sound only after a click; the page calls this on the first one. */
export function unlock() {
  const Context = globalThis.AudioContext;
  if (!Context) return;
  context ??= new Context();
  if (context.state === "suspended") context.resume().catch(() => {});
}

function once() {
  if (!context || context.state !== "running") return;
  playing = NOTES.map(([at, hertz]) => note(context.currentTime + at, hertz));
}

function note(at, hertz) {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.type = "sine";
  tone.frequency.value = hertz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.16, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.32);
  return tone;
}

export function startRinging() {
  if (timer) return;
  unlock();
  once();
  timer = setInterval(once, CYCLE_S * 1000);
}

export function stopRinging() {
  if (!timer) return;
  clearInterval(timer);
  timer = null;
  for (const tone of playing) {
    try { tone.stop(); } catch { /* it has ended by itself */ }
  }
  playing = [];
}

/** Two short tones: somebody asks for help. */
export function chime() {
  if (!context || context.state !== "running") return;
  note(context.currentTime, 880);
  note(context.currentTime + 0.22, 1175);
}
