// What this desk has just sent: the second of a double click is refused because the first was done,
// and that is no news for anybody.

const ECHO_MS = 2000;
const KEPT_MS = 30000;

/** Answers {track, isEcho}; the clock is given so that it can be tested. */
export function createSent(now = Date.now) {
  const known = new Map(); // id of a command → {type, at, refused}
  const onTheWay = new Set();

  return {
    /** Remembers a command whose answer {id} is on the way; passes the answer on. */
    async track(type, answer) {
      const at = now();
      const noted = answer.then((given) => {
        for (const [old, one] of known) if (at - one.at > KEPT_MS) known.delete(old);
        if (given?.id) known.set(given.id, { type, at, refused: false });
      }, () => {});
      onTheWay.add(noted);
      noted.finally(() => onTheWay.delete(noted));
      return answer;
    },
    /** Whether the refused command only repeated one that was taken a moment before. */
    async isEcho(id) {
      await Promise.all(onTheWay); // the refusal may be faster than the answer
      const one = known.get(id);
      if (!one) return false;
      one.refused = true;
      return [...known.values()].some((other) => other !== one && !other.refused
        && other.type === one.type && one.at >= other.at && one.at - other.at <= ECHO_MS);
    },
  };
}
