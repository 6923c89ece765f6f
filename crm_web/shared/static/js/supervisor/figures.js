// What the day and the moment come to: the tiles above the floor and the table of queues.

import { el, find, findAll, icon, setText, svg } from "../dom.js";
import { table, text } from "../texts.js";
import { counts, isLow } from "./floor.js";

export function kpi(name, value) {
  for (const node of findAll(`[data-kpi="${name}"]`)) setText(node, value);
}

/** The tiles: agents by state now, and the day of all queues together. */
export function drawCounts(agents, day) {
  const found = counts(agents);
  for (const node of findAll("[data-count]")) {
    const state = node.dataset.count;
    setText(node, `${table("states")[state]} ${found[state] ?? 0}`);
  }
  kpi("agents", agents.length);
  kpi("online", agents.length - (found.signed_out ?? 0));
  kpi("ready", found.ready ?? 0);
  kpi("talking", found.on_call ?? 0);
  kpi("wrapping", found.wrap_up ?? 0);
  if (!day) return;
  kpi("level", day.shown.service_level);
  kpi("answer_rate", day.shown.answer_rate);
  kpi("answered", day.answered);
  kpi("offered", day.offered);
  kpi("abandoned", day.abandoned);
  kpi("abandon_rate", day.shown.abandon_rate);
  kpi("target", `${day.target_pct}%`);
  find('[data-kpi-box="level"]').classList.toggle("is-warn", isLow(day));
}

function bar(share, level, tick = null) {
  const box = svg("svg", { class: `barline ${level ? `is-${level}` : ""}`.trim(),
    viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "barline__bg", width: 100, height: 6 }),
    svg("rect", { class: "barline__fg", width: Math.max(0, Math.min(100, share * 100)), height: 6 }));
  if (tick !== null) box.append(svg("rect", { class: "barline__tick", x: tick, width: 1, height: 6 }));
  return box;
}

const NO_DAY = { offered: 0, answered: 0, service_level: null, target_pct: 80,
  shown: { service_level: "—", abandon_rate: "—" } };

/** The way to the page where the queue's staff is changed, for who may. */
function changeKey(queue) {
  const url = table("urls").queue;
  return url ? [" ", el("a.btn.btn--s.btn--icon.btn--plain", {
    href: url.replace("QUEUE", encodeURIComponent(queue.queue)), "data-queue": queue.queue,
    title: text("change_queue", { queue: queue.name }),
    "aria-label": text("change_queue", { queue: queue.name }) }, icon("users-group"))] : [];
}

/** The queues, each with its own day. */
export function drawQueues(queues, days) {
  const body = document.getElementById("queues");
  body.replaceChildren(...queues.map((queue) => {
    const day = days?.[queue.queue] ?? NO_DAY;
    const low = isLow(day);
    const number = (value, look = "") => el(`td.r.num${look}`, {}, String(value ?? 0));
    return el("tr", {},
      el("th", { scope: "row" }, queue.name, ...changeKey(queue)),
      number(queue.waiting, queue.waiting ? ".strong" : ""),
      el("td", {}, el("div.cellbar", {},
        el("span.num", { "data-since": queue.longest_since ?? "", "data-target": queue.target_s }, "—"),
        bar(0, ""))),
      el("td", {}, el("div.cellbar", {},
        el(`span.num${low ? ".warn.strong" : ""}`, {}, day.shown.service_level),
        bar(day.service_level ?? 0, low ? "warn" : "", day.target_pct))),
      el("td.r.num", {}, day.shown.abandon_rate),
      number(queue.ready, queue.waiting && !queue.ready ? ".warn.strong" : ""),
      number(queue.ringing), number(queue.talking), number(queue.wrapping), number(queue.not_ready),
      el("td.r.num", {}, `${day.answered} / ${day.offered}`));
  }));
}
