// The strip under the bar: what is wrong with the phone or the line, is the caller still there,
// what to do now. One message at a time, the gravest first.

import { el, find, icon, show } from "../dom.js";
import { text } from "../texts.js";
import { modeOf } from "./state.js";

const MICROPHONE = { microphone_refused: "microphone", microphone_missing: "device",
  insecure: "insecure" };

/** Picks the message: {kind, icon, title, body, action, values} or null, at server time. Pure. */
export function noticeOf(state, phone, now = 0) {
  const inCall = ["talking", "held"].includes(modeOf(state));
  if (state.call?.state === "orphaned") {
    const until = state.call.orphaned_until ?? now;
    return { kind: "warn", icon: "refresh", title: "orphaned_title", body: "orphaned_body",
      action: null, values: { s: Math.max(0, Math.ceil((until - now) / 1000)) } };
  }
  if (state.moved) {
    return { kind: "danger", icon: "headset", title: "moved_title", body: "moved_body",
      action: ["take_over", "moved_action"] };
  }
  if (phone === "waiting") {
    return { kind: "warn", icon: "headset", title: "waiting_title", body: "waiting_body",
      action: ["claim_phone", "waiting_action"] };
  }
  if (MICROPHONE[phone]) {
    const what = MICROPHONE[phone];
    return { kind: "danger", icon: "microphone-off", title: `${what}_title`,
      body: `${what}_body`, action: what === "insecure" ? null : ["start_phone", "microphone_action"] };
  }
  if (state.link === "asleep") {
    return { kind: "warn", icon: "wifi-off", title: "asleep_title",
      body: inCall ? "link_body_call" : "asleep_body", action: null };
  }
  if (state.link === "down") {
    return { kind: "warn", icon: "wifi-off", title: "link_title",
      body: inCall ? "link_body_call" : "link_body", action: null };
  }
  if (phone === "lost") {
    return { kind: "warn", icon: "wifi-off", title: "lost_title",
      body: inCall ? "lost_body_call" : "lost_body", action: null };
  }
  if (phone === "refused") {
    return { kind: "danger", icon: "alert-triangle", title: "refused_title",
      body: "refused_body", action: ["start_phone", "refused_action"] };
  }
  if (phone === "sound_blocked") {
    return { kind: "warn", icon: "volume", title: "sound_title", body: "sound_body",
      action: ["play_sound", "sound_action"] };
  }
  return null;
}

export function renderNotice(state, phone, now = Date.now()) {
  const bar = document.getElementById("phonebar");
  const notice = noticeOf(state, phone, now + state.offset);
  const key = notice ? JSON.stringify(notice) : "";
  show(bar, Boolean(notice));
  if (bar.dataset.shown === key) return;
  bar.dataset.shown = key;
  bar.className = `phonebar phonebar--${notice?.kind ?? "warn"}`;
  bar.replaceChildren();
  if (!notice) return;
  bar.append(
    icon(notice.icon, notice.kind),
    el("span", {}, el("b", {}, text(notice.title, notice.values)), text(notice.body)),
  );
  if (notice.action) {
    const [run, label] = notice.action;
    bar.append(el("button.btn.btn--s.end", { type: "button", "data-do": run }, text(label)));
  }
}

/** A refused command or a failed request, said where the call keys are; it goes by itself. */
export function say(message) {
  const box = document.getElementById("command-note");
  find("span", box).textContent = message;
  show(box, Boolean(message));
  clearTimeout(say.timer);
  if (message) say.timer = setTimeout(() => show(box, false), 8000);
}
