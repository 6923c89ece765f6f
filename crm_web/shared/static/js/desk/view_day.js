// The agent's own day and who waits in the queues, beside the call.

import { find, findAll, setText } from "../dom.js";
import { text } from "../texts.js";
import { clock } from "./timers.js";

/** Who waits, and for how long, at `now` on the server's clock. */
export function renderQueues(queues, now) {
  const box = document.getElementById("queue-summary");
  const waiting = queues.reduce((sum, queue) => sum + (queue.waiting || 0), 0);
  const oldest = Math.min(...queues.map((queue) => queue.longest_since ?? Infinity));
  setText(find("[data-waiting]", box), waiting);
  const longest = Number.isFinite(oldest) && waiting;
  setText(find("[data-longest]", box), longest ? text("longest", { time: clock(now - oldest) }) : "");
}

/** The figures of today; what was not told stays. */
export function showNumbers(today) {
  for (const node of findAll("[data-today]")) {
    const value = today?.[node.dataset.today];
    if (value === undefined) continue;
    setText(node, node.dataset.unit === "ms" ? clock(value).replace(/^0(?=\d:)/, "") : value);
  }
}
