// The top bar of the desk: phone lamp, own state with its clock, the menu of states.

import { find, findAll, icon, setText, show } from "../dom.js";
import { limitOf } from "../limits.js";
import { table, text } from "../texts.js";
import { allows, modeOf } from "./state.js";
import { clock } from "./timers.js";

const LOOKS = {
  loading: ["st--off", "hourglass"],
  off: ["st--off", "power"],
  ringing: ["st--ring", "phone-incoming"],
  talking: ["st--talk", "phone-call"],
  held: ["st--hold", "player-pause"],
  wrapping: ["st--wrap", "pencil"],
  listening: ["st--talk", "headphones"],
  ready: ["st--ready", "circle-check"],
  not_ready: ["st--break", "coffee"],
  unreachable: ["st--noans", "wifi-off"],
  set_aside: ["st--noans", "phone-x"],
};
const SYSTEM_REASONS = ["no_answer", "rejected", "unreachable", "forced"];

function lookOf(state) {
  const mode = modeOf(state);
  if (mode !== "idle") return [mode, LOOKS[mode]];
  const { state: derived, reason } = state.agent;
  if (derived === "not_ready" && SYSTEM_REASONS.includes(reason)) {
    return ["set_aside", LOOKS.set_aside];
  }
  return [derived, LOOKS[derived] ?? LOOKS.off];
}

/** The word for the agent's state: the reason when there is one, else the state's name. */
export function stateWord(state) {
  const [name] = lookOf(state);
  const { agent } = state;
  if (agent?.state === "not_ready" && agent.reason) {
    return table("reasons")[agent.reason] ?? table("states").not_ready;
  }
  return table("states")[name] ?? name;
}

export function renderBar(state) {
  const pill = document.getElementById("state-pill");
  const [name, [look, picture]] = lookOf(state);
  if (pill.dataset.shown !== name) {
    pill.dataset.shown = name;
    pill.className = `st st--pill ${look}`;
    find("svg", pill)?.remove();
    pill.prepend(icon(picture, name === "ringing" ? "pulse" : ""));
  }
  setText(find("[data-word]", pill), stateWord(state));
  renderMenu(state);
}

function renderMenu(state) {
  const menu = document.getElementById("state-menu");
  show(menu, Boolean(state.agent) && modeOf(state) !== "loading");
  for (const button of findAll("[data-do]", menu)) {
    button.disabled = !allows(state, button.dataset.do);
  }
  const wish = wishOf(state);
  show(document.getElementById("next-wish"), Boolean(wish));
  setText(document.getElementById("next-wish"), wish);
}

/** What comes after this call: leaving the shift goes before any state that was chosen. */
function wishOf(state) {
  const mode = modeOf(state);
  if (["loading", "off", "idle"].includes(mode)) return "";
  if (state.agent.sign_out_asked) return text("after_sign_out");
  const next = state.agent.next_work;
  if (!next) return "";
  const named = table("reasons")[state.agent.next_reason] ?? table("states")[next] ?? "";
  return text(mode === "wrapping" ? "after_wrap_up" : "after_call", { state: named });
}

/** Called on every tick: how long the agent has been in this state, and the limit of a reason. */
export function tickBar(state, now) {
  const timer = document.getElementById("state-timer");
  const shown = state.agent && modeOf(state) !== "off" && state.agent.since;
  const limit = shown ? limitOf(state.agent, table("limits"), now + state.offset) : null;
  setText(timer, shown ? clock(now + state.offset - state.agent.since) : "");
  timer.classList.toggle("danger", Boolean(limit?.over));
  timer.classList.toggle("strong", Boolean(limit?.over));
  tickLimit(limit);
}

function tickLimit(limit) {
  const line = find("#card [data-limit]");
  show(line, Boolean(limit));
  if (!limit) return;
  line.classList.toggle("danger", limit.over);
  setText(find("[data-words]", line), text(limit.over ? "limit_over" : "limit_left",
    { n: limit.minutes, time: clock(Math.abs(limit.left)) }));
}

const LAMPS = {
  ready: ["", "phone_ready"],
  in_call: ["", "phone_in_call"],
  connecting: ["is-warn", "phone_connecting"],
  asking_microphone: ["is-warn", "phone_asking"],
  lost: ["is-down", "phone_lost"],
  refused: ["is-down", "phone_refused"],
  waiting: ["is-warn", "phone_waiting"],
  microphone_refused: ["is-down", "phone_no_microphone"],
  microphone_missing: ["is-down", "phone_no_microphone"],
  insecure: ["is-down", "phone_no_microphone"],
  moved: ["is-down", "phone_moved_short"],
  unregistered: ["is-down", "phone_unregistered"],
  off: ["is-down", "phone_off"],
};

/** `phone` is what the page's own phone says; the server's word about registration wins. */
export function renderLamp(state, phone) {
  const registered = state.agent && state.agent.phone !== "unregistered";
  let name = phone;
  if (state.moved) name = "moved";
  else if (phone === "ready" && !registered && modeOf(state) !== "off") name = "unregistered";
  else if (phone === "ready" && ["talking", "held"].includes(modeOf(state))) name = "in_call";
  const [look, key] = LAMPS[name] ?? LAMPS.off;
  find("#phone-lamp .lamp").className = `lamp ${look}`.trim();
  setText(find("#phone-lamp [data-word]"), text(key));
}
