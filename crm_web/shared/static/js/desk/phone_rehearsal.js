// The rehearsal's phone: the switch simulates the telephone, the page plays what the caller says.
// Same buttons, same states as the real one; answering is a command instead of a SIP answer.

const PAUSE_MS = 6000; // time for the agent to say something

/** The sentences of one call: an opening of its own, then the replies. Pure. */
export function sentencesOf(contactId, { openings = [], replies = [] }) {
  if (!openings.length) return replies;
  const sum = [...contactId].reduce((total, sign) => total * 31 + sign.charCodeAt(0), 7);
  return [openings[Math.abs(sum) % openings.length], ...replies];
}

/** options: {send: (action) => Promise, audio: <audio>, voices: {openings, replies}, onState} */
export function createRehearsalPhone({ send, audio, voices, onState }) {
  let contact = null;
  let left = [];
  let pause = null;

  const play = () => audio.play().catch((error) => {
    if (error.name === "NotAllowedError") onState("sound_blocked");
  });

  function next() {
    pause = null;
    const sentence = left.shift();
    if (!sentence) return;
    audio.src = sentence;
    play();
  }

  audio.addEventListener("ended", () => { pause = setTimeout(next, PAUSE_MS); });

  function silence() {
    clearTimeout(pause);
    pause = null;
    audio.pause();
  }

  return {
    kind: "rehearsal",
    async start() {
      onState("ready");
      return true;
    },
    answer() {
      send("answer");
      return true;
    },
    end() {
      silence();
      contact = null;
      left = [];
      audio.removeAttribute("src");
    },
    reject() {
      send("reject");
      return true;
    },
    settle() {},
    wake() {},
    claim() {},
    setMuted() {},
    refresh() {},
    hasLeg: () => false,
    /** Follows the call as the server tells it: speaks while talking, waits while held. */
    follow(call) {
      if (call?.state === "held") silence();
      if (call?.state !== "talking") return;
      if (call.contact_id !== contact) {
        contact = call.contact_id;
        left = sentencesOf(contact, voices);
        next();
      } else if (audio.paused && !pause) {
        if (audio.src && !audio.ended) play();
        else pause = setTimeout(next, PAUSE_MS);
      }
    },
    stop() {
      this.end();
      onState("off");
    },
  };
}
