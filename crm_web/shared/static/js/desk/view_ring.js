// The ring card: who calls, how long it has rung, what is left. Texts only change when they differ.

import { find, setText, show } from "../dom.js";
import { table, text } from "../texts.js";
import { allows, colleagueOf, modeOf, ringLeft, ringOf } from "./state.js";
import { clock } from "./timers.js";

const LAST_S = 5;

export function renderRing(state) {
  const card = document.getElementById("ring");
  const ringing = modeOf(state) === "ringing" && Boolean(state.call);
  show(card, ringing);
  if (!ringing) return;
  const { call } = state;
  const { what } = ringOf(state);
  const from = table("staff")[call.agent_no] ?? call.agent_no ?? "";
  setText(find("[data-what]", card), text(what === "offer" ? "ring_inbound" : `ring_${what}`, { name: from }));
  setText(find("[data-queue]", card), table("queues")[call.queue] ?? call.queue ?? "");
  show(find("[data-queue]", card), Boolean(call.queue));
  show(find("[data-if-offer]", card), what === "offer");
  const colleague = colleagueOf(state);
  setText(find("[data-number]", card),
    colleague ? table("staff")[colleague] ?? colleague : call.caller_masked || text("number_hidden"));
  setText(find("[data-who]", card), colleague ? text("colleague_no", { no: colleague }) : whoLine(call));
  for (const button of card.querySelectorAll("[data-do]")) {
    button.disabled = !allows(state, button.dataset.do);
  }
}

function whoLine(call) {
  const people = call.profile?.customers ?? [];
  if (people.length === 1) return people[0].name ?? "";
  if (people.length > 1) return text("several_people", { n: people.length });
  return call.profile?.match_kind === "none" || !call.profile ? text("not_on_file") : "";
}

export function tickRing(state, now) {
  if (modeOf(state) !== "ringing" || !state.call) return;
  const card = document.getElementById("ring");
  const server = now + state.offset;
  const ring = ringOf(state);
  const left = ringLeft(state.call, server, ring);
  const whole = ring.seconds;
  setText(find("[data-left]", card), left);
  const dial = find(".ring__dial", card);
  dial.classList.toggle("is-last", left <= LAST_S);
  find("circle.fg", dial).setAttribute("stroke-dasharray", `${(100 * left) / whole} 100`);
  if (left === LAST_S || left === whole) dial.setAttribute("aria-label", text("left", { s: left }));
  const since = state.call.queued_at ?? state.call.started_at;
  setText(find("[data-waited]", card), clock(server - since));
}
