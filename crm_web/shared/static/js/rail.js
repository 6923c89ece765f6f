// How much is new at the places of the rail, as pages that stay open hear of it.

import { find, findAll, setText, show } from "./dom.js";

const MOST_SHOWN = 99;

/** waiting: place → number; places that are not on this rail are passed over. */
export function showWaiting(waiting = {}) {
  for (const node of findAll("[data-waiting-at]")) {
    const number = waiting[node.dataset.waitingAt];
    if (number === undefined) continue;
    const shown = number > MOST_SHOWN ? `${MOST_SHOWN}+` : String(number);
    setText(find(".count", node), shown);
    setText(find(".sr", node), node.dataset.told.replace("%(n)s", shown));
    show(node, number > 0);
  }
}
