// Calls that go on without an agent: with whom, for how long, and the only thing to be done.

import { el, icon, show } from "../dom.js";
import { post } from "../http.js";
import { table, text } from "../texts.js";
import { kpi } from "./figures.js";

/** options: {calls, name(no)}; draws only what changed. */
export function renderUnserved({ calls, name }) {
  const box = document.getElementById("unserved");
  const list = document.getElementById("unserved-calls");
  show(box, calls.length > 0);
  kpi("unserved", calls.length);
  const key = JSON.stringify(calls);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(...calls.map((call) => row(call, name)));
}

function row(call, name) {
  const release = { type: "button", "data-call": "forced_release", "data-contact": call.contact_id,
    "data-named": call.caller_masked ?? "" };
  return el("li", {}, icon("phone-outgoing"),
    el("span", {}, el("b.num", {}, call.caller_masked || text("number_hidden")), " ",
      text("unserved_with", { people: call.with.join("、") || "—" }), " ",
      call.agent_no ? el("span.t2", {}, text("unserved_last", { name: name(call.agent_no) })) : null,
      " ", el("span.num.strong", { "data-from": call.since })),
    table("may_release") === true
      ? el("button.btn.btn--s.btn--risk", release, icon("phone-off"), text("release")) : el("span"));
}

export const release = (contact) =>
  post(table("urls").release.replace("CALL", encodeURIComponent(contact)));
