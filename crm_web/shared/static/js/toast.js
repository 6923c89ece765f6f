// Short confirmations at the corner. They never carry an error: errors stand where they happened.

import { el, icon } from "./dom.js";

const SHOWN_MS = 6000;

/** action: {label, run} adds a button (undo). Returns a function that takes the toast away. */
export function toast(message, action = null) {
  const box = document.getElementById("toasts");
  if (!box) return () => {};
  const node = el("div.toast", {}, icon("check"), el("span", {}, message));
  const remove = () => node.remove();
  if (action) {
    const button = el("button.btn.btn--s", { type: "button" }, action.label);
    button.addEventListener("click", () => { remove(); action.run(); });
    node.append(el("span.end"), button);
  }
  box.append(node);
  setTimeout(remove, SHOWN_MS);
  return remove;
}

export function fadeServerToasts() {
  for (const node of document.querySelectorAll("#toasts .toast")) {
    setTimeout(() => node.remove(), SHOWN_MS);
  }
}
