// The call bar: clock, track, keys. Keys never move; what is not allowed is dimmed, not hidden.

import { find, findAll, icon, setText, show } from "../dom.js";
import { table, text } from "../texts.js";
import { allows, colleagueOf, hasDeskPhone, isMuted, isOutgoing, modeOf,
  partsOf } from "./state.js";
import { clock, short } from "./timers.js";

const WIDTH = 640;
const HOLD_WARN_MS = 60000;

export function renderCall(state) {
  const bar = document.getElementById("callbar");
  const mode = modeOf(state);
  const on = ["talking", "held", "wrapping"].includes(mode);
  show(bar, on);
  if (!on) return;
  bar.dataset.mode = mode;
  const { call } = state;
  const colleague = colleagueOf(state);
  setText(find("[data-name]", bar), colleague ? colleagueWords(colleague) : nameOf(call));
  setText(find("[data-number]", bar), colleague ? "" : call?.caller_masked ?? "");
  show(find("[data-keys=call]", bar), mode !== "wrapping");
  show(find("[data-keys=wrap]", bar), mode === "wrapping");
  for (const part of findAll("[data-has=menu]", bar)) show(part, !isOutgoing(call));
  show(find("[data-has=ringing]", bar), isOutgoing(call));
  renderRecording(bar, call, mode);
  renderPair(bar, state, "hold", "resume", "held", "player-pause", "player-play");
  renderPair(bar, state, "mute", "unmute", "muted", "microphone-off", "microphone");
  renderPair(bar, state, "pause_recording", "resume_recording", "paused",
    "player-record", "player-record");
  renderPair(bar, state, "start_recording", "stop_recording", "recorded",
    "player-record", "player-record");
  show(find("[data-pair=start_recording]", bar), state.call?.recording_rule === "on_demand");
  for (const key of findAll("[data-do]", bar)) key.disabled = !allows(state, key.dataset.do);
  const pad = document.getElementById("pad-key");
  pad.disabled = !allows(state, "send_digits");
  if (pad.disabled) openPad(false);
  const opens = { transfer: ["transfer", "consult"], conference: ["invite"], help: ["ask_help"] };
  for (const key of findAll("[data-open]", bar)) {
    key.disabled = !opens[key.dataset.open].some((action) => allows(state, action));
  }
}

/** Opens or shuts the dial pad; without an argument it is turned over. */
export function openPad(open = document.getElementById("dialpad").hidden) {
  const held = !open && document.activeElement?.closest("#dialpad");
  show(document.getElementById("dialpad"), open);
  document.getElementById("pad-key").setAttribute("aria-expanded", String(open));
  if (open) find("#dialpad button").focus();
  else if (held) document.getElementById("pad-key").focus();
}

export const padIsOpen = () => !document.getElementById("dialpad").hidden;

/** How the page names somebody of the own house. */
export const colleagueWords = (no) => text("colleague", { no, name: table("staff")[no] ?? "" }).trim();

function nameOf(call) {
  const people = call?.profile?.customers ?? [];
  return people.length === 1 ? people[0].name : "";
}

/** One key that does one thing or takes it back, as the server allows. */
function renderPair(bar, state, forth, back, flag, offIcon, onIcon) {
  const key = find(`[data-pair=${forth}]`, bar);
  const taken = { held: state.call?.state === "held", muted: isMuted(state),
    paused: state.call?.recording === "paused",
    recorded: ["on", "paused"].includes(state.call?.recording) }[flag];
  const action = taken ? back : forth;
  if (key.dataset.do !== action) {
    key.dataset.do = action;
    find("svg", key).replaceWith(icon(taken ? onIcon : offIcon));
    setText(find("[data-word]", key), text(`key_${action}`));
  }
  key.setAttribute("aria-pressed", String(taken));
}

function renderRecording(bar, call, mode) {
  const tag = find("[data-recording]", bar);
  const on = mode !== "wrapping" && call && call.recording !== "off";
  show(tag, Boolean(on));
  if (!on) return;
  const paused = call.recording === "paused";
  tag.classList.toggle("tag--danger", !paused);
  tag.classList.toggle("tag--warn", paused);
  setText(find("span", tag), text(paused ? "recording_paused" : "recording_on"));
}

export function tickCall(state, now) {
  const mode = modeOf(state);
  if (!["talking", "held", "wrapping"].includes(mode)) return;
  const bar = document.getElementById("callbar");
  const server = now + state.offset;
  const parts = partsOf(state.call, server);
  if (mode === "wrapping") tickWrapUp(bar, state, server);
  else {
    const held = mode === "held" && state.call?.held_since ? server - state.call.held_since : 0;
    setText(find("[data-clock]", bar), clock(mode === "held" ? held : parts.talk + parts.hold));
    find("[data-clock]", bar).classList.toggle("warn", held > HOLD_WARN_MS);
    const dialling = state.call?.state === "dialling";
    const hold = state.call?.held_at_phone ? "held_at_phone" : "held_for";
    setText(find("[data-caption]", bar), mode === "held" ? text(hold)
      : dialling ? text(hasDeskPhone(state) && state.agent.phone !== "busy"
        ? "pick_up_phone" : "st_dialling") : "");
    if (dialling) {
      setText(find("[data-clock]", bar), clock(server - state.call.started_at));
    }
  }
  draw(bar, state.call, parts, server);
}

function tickWrapUp(bar, state, server) {
  const until = state.agent.wrap_up_until;
  const left = until ? until - server : 0;
  setText(find("[data-clock]", bar), until ? clock(left + 999) : "");
  setText(find("[data-caption]", bar), text("wrap_left"));
  find("[data-clock]", bar).classList.toggle("warn", left < 10000);
}

function draw(bar, call, parts, server) {
  const track = find(".track", bar);
  if (!call) return;
  const whole = Math.max(1000, parts.ivr + parts.queue + parts.talk + parts.hold);
  const spans = [["ivr", parts.ivr], ["que", parts.queue], ["talk", parts.talk],
    ["hold", parts.hold]];
  let x = 0;
  for (const [name, ms] of spans) {
    const width = (WIDTH * ms) / whole;
    const bit = find(`rect.${name}`, track);
    bit.setAttribute("x", x.toFixed(1));
    bit.setAttribute("width", Math.max(0, width - 2).toFixed(1));
    x += width;
    setText(find(`[data-part=${name}]`, bar), short(ms));
  }
  show(find("rect.now", track), !call.ended_at && server > call.started_at);
  show(find("[data-has=hold]", bar), parts.hold > 0);
}
