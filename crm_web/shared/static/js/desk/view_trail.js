// The way the caller came: steps of the flow, the queue, the ring; drawn as one line with stops.

import { el, show } from "../dom.js";
import { table, text } from "../texts.js";
import { isOutgoing, modeOf } from "./state.js";
import { timeOfDay } from "./timers.js";

const MOST = 12;

function beginOf(call, words) {
  if (call.dialled) return `${words.colleague(call.agent_no)} → ${words.colleague(call.dialled.value)}`;
  return (isOutgoing(call) ? `${words.dialled} ${call.caller_masked ?? ""}`
    : `${words.arrived} ${call.called_number ?? ""}`).trim();
}

/** The stops of a call: [{title, at, detail, now}]. Pure. */
export function stopsOf(call, words) {
  if (!call) return [];
  const stops = [{ title: beginOf(call, words), at: call.started_at }];
  for (const step of (call.trail ?? []).slice(-MOST)) {
    if (!step.title) continue;
    stops.push({ title: step.title, at: step.at, detail: step.keyed ? words.keyed(step.keyed) : "" });
  }
  if (call.queued_at) stops.push({ title: words.queued(call.queue), at: call.queued_at });
  if (call.offered_at && !call.answered_at) stops.push({ title: words.rings, at: call.offered_at });
  if (call.answered_at && call.state !== "dialling") stops.push({ title: words.answered, at: call.answered_at });
  for (const one of [call.party, ...(call.members ?? [])]) {
    if (one?.state === "up") stops.push({ title: words.party(one), at: one.since });
  }
  if (call.held_since) stops.push({ title: words.held, at: call.held_since });
  if (call.ended_at) stops.push({ title: words.ended(call.ended_by), at: call.ended_at });
  stops[stops.length - 1].now = !call.ended_at;
  return stops;
}

const words = () => ({
  arrived: text("trail_arrived"),
  dialled: text("trail_dialled"),
  colleague: (no) => table("staff")[no] ?? no,
  party: (one) => text("trail_party",
    { name: one.kind === "agent" ? table("staff")[one.value] ?? one.value : one.value }),
  keyed: (keys) => text("trail_keyed", { keys }),
  queued: (code) => text("trail_queued", { queue: table("queues")[code] ?? code ?? "" }),
  rings: text("trail_rings"),
  answered: text("trail_answered"),
  held: text("trail_held"),
  ended: (by) => text(by === "agent" ? "trail_ended_agent" : "trail_ended"),
});

export function renderTrail(state) {
  const panel = document.getElementById("trail-panel");
  const on = ["ringing", "talking", "held", "wrapping"].includes(modeOf(state)) && state.call;
  show(panel, Boolean(on));
  if (!on) return;
  const stops = stopsOf(state.call, words());
  const key = JSON.stringify(stops);
  if (panel.dataset.shown === key) return;
  panel.dataset.shown = key;
  document.getElementById("trail").replaceChildren(...stops.map(stopNode));
}

function stopNode(stop) {
  return el(`li.stop.${stop.now ? "is-now" : "is-done"}`, {},
    el("div.stop__h", {}, el(stop.now ? "b.acc" : "b", {}, stop.title),
      el("time.end", {}, stop.at ? timeOfDay(stop.at) : "")),
    stop.detail ? el("p.stop__d", {}, stop.detail) : null);
}
