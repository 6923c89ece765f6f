// The rehearsal's phone: the switch simulates the telephone, the page plays what the caller says.
// Same buttons, same states as the real one; answering is a command instead of a SIP answer.

/** options: {send: (action) => Promise, audio: <audio>, onState} */
export function createRehearsalPhone({ send, audio, onState }) {
  let list = [];
  let index = 0;

  function playNext() {
    if (index >= list.length) return;
    audio.src = list[index];
    index += 1;
    audio.play().catch(() => onState("sound_blocked"));
  }

  audio.addEventListener("ended", playNext);

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
      list = [];
      audio.pause();
      audio.removeAttribute("src");
    },
    setMuted() {},
    refresh() {},
    hasLeg: () => false,
    /** Follows the call as the server tells it: speaks while talking, waits while held. */
    follow(call) {
      const voices = call?.caller_voice ?? [];
      if (call?.state === "talking" && voices.length) {
        if (list.join() !== voices.join()) {
          list = [...voices];
          index = 0;
          playNext();
        } else if (audio.paused && audio.src && !audio.ended) {
          audio.play().catch(() => onState("sound_blocked"));
        }
      } else if (call?.state === "held") {
        audio.pause();
      }
    },
    stop() {
      this.end();
      onState("off");
    },
  };
}
