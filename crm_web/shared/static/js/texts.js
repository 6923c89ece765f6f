// The page's translated texts: one JSON block rendered by the server, read once.

const block = document.getElementById("texts");
const texts = block ? JSON.parse(block.textContent || "{}") : {};

/** The text named `key`, with {name} replaced from `values`; an unknown key shows itself. */
export function text(key, values = {}) {
  const found = texts[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** A structure that the page carries in its texts block (labels by code, for example). */
export function table(key) {
  return texts[key] ?? {};
}
