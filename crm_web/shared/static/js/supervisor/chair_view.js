// The cards of the supervisor's own phone: listening, serving, wrapping up.

import { el, icon } from "../dom.js";
import { table, text } from "../texts.js";
import { drawHearing } from "./hear.js";

const MODES = ["monitor", "whisper", "barge_in"];
const MODE_ICONS = { monitor: "headphones", whisper: "ear", barge_in: "users" };

/** The contents of the card for a duty; name(agentNo), allows(action). */
export function cardOf(duty, name, allows) {
  if (duty.kind === "ringing") return ringing(duty, name, allows).filter(Boolean);
  if (duty.kind === "listening") return listening(duty, name);
  if (duty.kind === "serving") return serving(duty);
  return duty.kind === "wrapping" ? wrapping() : [];
}

function ringing(duty, name, allows) {
  const { call } = duty;
  const from = name(duty.from);
  const here = allows("answer");
  return [
    el("h2.row", {}, icon("phone-incoming", "pulse"),
      text(duty.what === "offer" ? "ring_inbound" : `ring_${duty.what}`, { name: from })),
    el("p.num.strong", {}, call.caller_masked || text("number_hidden")),
    here ? null : el("p.s.t2", {}, text(duty.moved ? "phone_moved" : "answer_at_phone")),
    el("div.row.row--wrap", {},
      here ? el("button.btn.btn--go", { type: "button", "data-own": "answer", "data-chair": "answer" },
        icon("phone"), text("answer"), el("kbd.kbd", {}, "F2")) : null,
      allows("reject") ? el("button.btn", { type: "button", "data-own": "reject", "data-chair": "reject" },
        text("reject"), el("kbd.kbd", {}, "Shift F2")) : null),
  ];
}

function listening(duty, name) {
  const who = name(duty.target);
  const others = (duty.call.monitors ?? []).filter((one) => one.agent_no !== table("me").agent_no)
    .map((one) => `${name(one.agent_no)}（${text(`mode_${one.mode}`)}）`);
  const may = table("may");
  const seat = { "data-target": duty.target, "data-contact": duty.call.contact_id };
  return [
    el("div.row", {}, el("h2.cut", {}, duty.up ? text(`now_${duty.mode}`, { name: who }) : text("connecting")),
      el("span.end.num.strong.acc", { "data-from": duty.since ?? "" })),
    drawHearing(duty.mode, who),
    el("div.seg.seg--fill", { role: "group" }, ...MODES.filter((mode) => may[mode]).map((mode, n) => el(
      "button.seg__b", { type: "button", "data-mode": mode, "data-chair": mode,
        "aria-pressed": String(duty.mode === mode) },
      icon(MODE_ICONS[mode]), text(`mode_${mode}`), el("kbd.kbd", {}, `Alt ${n + 1}`)))),
    el("p.s.t2", {}, (others.length ? text("also", { names: others.join("、") }) : "") + text("logged")),
    el("div.row.row--wrap", {},
      el("button.btn.btn--stop", { type: "button", "data-call": "stop_monitor", ...seat,
        "data-chair": "stop" }, text(`stop_${duty.mode}`), el("kbd.kbd", {}, "Esc")),
      may.take_over ? el("button.btn", { type: "button", "data-call": "take_over", ...seat,
        "data-chair": "take" }, text("take_over_call"), el("kbd.kbd", {}, "Alt 4")) : null,
      el("span.end"),
      may.forced_release ? el("button.btn.btn--risk", { type: "button", "data-call": "forced_release",
        ...seat, "data-chair": "release" }, text("release")) : null),
  ];
}

/** Who listens without a desk has none to open. */
function deskLink(look) {
  const href = table("urls").desk;
  return href ? el(`a.btn${look}`, { href, target: "_blank", rel: "noopener" },
    icon("headset"), text("open_desk")) : null;
}

function serving(duty) {
  const mayEnd = Boolean(duty.call.allowed?.includes("hang_up"));
  return [
    el("div.row", {}, el("h2.cut", {}, text(mayEnd && !duty.guest ? "serving" : "own_call")),
      el("span.end.num.strong.acc", { "data-from": duty.call.answered_at ?? duty.call.started_at })),
    el("p.num", {}, duty.call.caller_masked ?? ""),
    el("div.row", {},
      deskLink(".btn--main"),
      el("span.end"),
      el("button.btn.btn--stop", { type: "button", "data-own": "hang_up", disabled: !mayEnd },
        icon("phone-off"), text("hang_up"), el("kbd.kbd", {}, "Shift F2"))),
  ];
}

/** After a call that was taken over: the result is written at the desk, or not at all. */
function wrapping() {
  return [el("h2", {}, table("states").wrapping),
    el("div.row", {},
      deskLink(""),
      el("button.btn.btn--main", { type: "button", "data-own": "finish_wrap_up" }, text("wrapped")))];
}
