// The strip under the bar: what is wrong with the phone or the line, is the caller still there,
// what to do now. One message at a time, the gravest first.

import { el, find, icon, show } from "../dom.js";
import { text } from "../texts.js";
import { modeOf } from "./state.js";

/** Picks the message: {kind, icon, title, body, action} or null. Pure. */
export function noticeOf(state, phone) {
  const inCall = ["talking", "held"].includes(modeOf(state));
  if (state.moved) {
    return { kind: "danger", icon: "headset", title: "moved_title", body: "moved_body",
      action: ["take_over", "moved_action"] };
  }
  if (phone === "microphone_refused") {
    return { kind: "danger", icon: "microphone-off", title: "microphone_title",
      body: "microphone_body", action: ["start_phone", "microphone_action"] };
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

export function renderNotice(state, phone) {
  const bar = document.getElementById("phonebar");
  const notice = noticeOf(state, phone);
  const key = notice ? notice.title + notice.body : "";
  show(bar, Boolean(notice));
  if (bar.dataset.shown === key) return;
  bar.dataset.shown = key;
  bar.className = `phonebar phonebar--${notice?.kind ?? "warn"}`;
  bar.replaceChildren();
  if (!notice) return;
  bar.append(
    icon(notice.icon, notice.kind),
    el("span", {}, el("b", {}, text(notice.title)), text(notice.body)),
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
