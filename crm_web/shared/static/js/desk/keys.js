// Keyboard: one table, repeats ignored for half a second, nothing stolen while typing.

const REPEAT_MS = 500;

function nameOf(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey) parts.push("Shift");
  // Alt on a Mac changes event.key into a sign, so letters and digits go by their place.
  const place = /^(?:Key|Digit)(.)$/.exec(event.code || "");
  parts.push(place ? place[1] : event.key);
  return parts.join("+");
}

export function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
      || (target.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(target.type)));
}

/**
 * bindings: {"Shift+F2": run}. A run answers false when it did nothing, so that the browser keeps
 * the key, and "again" when the same key may follow at once: a number may have 77 in it. Keys without Ctrl, Alt or F are left to a field that has the focus.
 */
export function listen(bindings, clockNow = () => performance.now()) {
  const last = new Map();
  const handler = (event) => {
    const name = nameOf(event);
    const run = bindings[name];
    if (!run) return;
    const plain = !/^(Ctrl|Alt)\+|^(Shift\+)?F\d+$|^Escape$/.test(name);
    if (plain && isTyping(event.target)) return;
    const now = clockNow();
    if (event.repeat || now - (last.get(name) ?? -REPEAT_MS) < REPEAT_MS) {
      event.preventDefault();
      return;
    }
    const done = run(event);
    if (done === false) return;
    if (done !== "again") last.set(name, now);
    event.preventDefault();
  };
  document.addEventListener("keydown", handler);
  return () => document.removeEventListener("keydown", handler);
}
