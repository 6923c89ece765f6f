// The supervisor's own phone and what it is doing: listening, or serving after taking a call over.
// The state comes from the server like a desk's; buttons are commands.

import { el, find, icon, setText, show } from "../dom.js";
import { mayAutoAnswer, EMPTY, applyDelta, applySnapshot, legIsOver, withMoved } from "../desk/state.js";
import { deskId } from "../desk/live.js";
import { createWebrtcPhone } from "../desk/phone_webrtc.js";
import { unlock } from "../desk/ring.js";
import { get, post } from "../http.js";
import { table, text } from "../texts.js";
import { drawHearing } from "./hear.js";

const ASKED_MS = 15000;
const MODES = ["monitor", "whisper", "barge_in"];
const MODE_ICONS = { monitor: "headphones", whisper: "ear", barge_in: "users" };

const LAMPS = { ready: "", connecting: "is-warn", asking_microphone: "is-warn", waiting: "is-warn" };

/** What this supervisor does now, from the own state: {kind, mode, target, since, up}. Pure. */
export function dutyOf(state) {
  const { agent, call } = state;
  if (agent?.state === "wrap_up") return { kind: "wrapping", until: agent.wrap_up_until, call };
  if (agent?.state !== "on_call" || !call) return { kind: "none" };
  if (agent.role !== "supervisor") return { kind: "serving", call };
  const mine = (call.monitors ?? []).find((one) => one.agent_no === agent.agent_no);
  return { kind: "listening", mode: mine?.mode ?? call.monitor ?? "monitor", up: Boolean(mine),
    target: mine?.target ?? call.agent_no, since: mine?.since ?? null, call };
}

/** options: {act(action, target), name(agentNo), note(text)}; the page's own urls and texts. */
export function createChair({ act, name, note }) {
  const me = table("me");
  const urls = table("urls");
  const audio = document.getElementById("remote");
  const box = document.getElementById("listening");
  let state = EMPTY;
  let phoneState = "off";
  let askedAt = 0;
  let wantsCall = null; // take this agent's call over as soon as we hear it

  const phone = me.media === "webrtc" ? createWebrtcPhone({
    fetchSession: () => post(urls.phone_session, { desk: deskId() }),
    audio,
    onState: (found) => { phoneState = found; draw(); },
    lock: `clearline-phone-${me.agent_no}`,
    expects: (contact) => mayAutoAnswer(state, contact, Date.now() - askedAt < ASKED_MS),
  }) : null;

  function adopt(next) {
    const before = state;
    state = next;
    if (legIsOver(before, next)) phone?.end();
    phone?.settle();
    const onShift = state.agent && state.agent.state !== "signed_out";
    if (onShift && phoneState === "off" && !state.moved) phone?.start();
    if (state.moved && phone && !phone.hasLeg() && phoneState !== "off") phone.stop();
    if (phoneState === "ready" && state.agent?.phone === "unregistered") phone?.refresh();
    const duty = dutyOf(state);
    if (wantsCall && duty.kind === "listening" && duty.up) {
      const target = wantsCall;
      wantsCall = null;
      act("take_over", target);
    }
    draw();
  }

  async function snapshot() {
    if (!me.agent_no) return;
    const seq = state.seq;
    try {
      adopt(applySnapshot(state, await get(urls.own), seq, Date.now()));
    } catch { /* the next news brings it */ }
  }

  async function open() {
    unlock();
    if (phone && !(await phone.start())) return false;
    if (state.agent?.allowed?.includes("sign_in")) {
      await post(urls.commands, { type: "sign_in",
        body: { device: navigator.userAgent.slice(0, 200) } });
    }
    return true;
  }

  const isOn = () => Boolean(state.agent && state.agent.state !== "signed_out"
    && state.agent.phone !== "unregistered");

  /** Listen to this agent in a mode, or change the mode of a listening that goes on. */
  async function listen(mode, target) {
    unlock();
    if (!me.agent_no) { note(text("no_phone")); return; }
    if (!isOn()) { note(text("sign_in_first")); return; }
    const duty = dutyOf(state);
    if (duty.kind === "listening" && duty.target !== target) {
      note(text(`now_${duty.mode}`, { name: name(duty.target) }));
      return;
    }
    askedAt = Date.now();
    await act(mode, target);
  }

  async function takeOver(target) {
    const duty = dutyOf(state);
    if (duty.kind === "listening" && duty.up && duty.target === target) {
      await act("take_over", target);
      return;
    }
    wantsCall = target;
    await listen("monitor", target);
  }

  async function command(type) {
    try {
      await post(urls.commands, { type, body: { contact_id: state.call?.contact_id } });
    } catch (error) {
      note(error.said || text("not_sent"));
    }
  }

  // ---- drawing

  function draw() {
    drawLamp();
    const duty = dutyOf(state);
    show(box, duty.kind !== "none");
    const key = JSON.stringify([duty.kind, duty.mode, duty.target, duty.up, duty.since,
      duty.call?.monitors, duty.call?.state, duty.call?.allowed]);
    if (box.dataset.shown === key) return;
    box.dataset.shown = key;
    const held = document.activeElement?.dataset?.chair;
    if (duty.kind === "listening") box.replaceChildren(...listening(duty));
    else if (duty.kind === "serving") box.replaceChildren(...serving(duty));
    else if (duty.kind === "wrapping") box.replaceChildren(...wrapping());
    else box.replaceChildren();
    if (held) find(`[data-chair="${held}"]`, box)?.focus();
  }

  function drawLamp() {
    const lamp = document.getElementById("phone-lamp");
    if (!lamp) return;
    const on = isOn();
    let shown = state.moved ? "moved" : phoneState;
    if (!phone && on) shown = "ready";
    find(".lamp", lamp).className = `lamp ${on && LAMPS[shown] === "" ? "" : LAMPS[shown] || "is-down"}`.trim();
    setText(find("[data-word]", lamp), text(`phone_${shown}`));
    const signedOut = Boolean(state.agent?.allowed?.includes("sign_in"));
    const failed = ["microphone_refused", "microphone_missing", "refused"].includes(phoneState);
    show(document.getElementById("open-phone"), signedOut || failed);
  }

  function listening(duty) {
    const who = name(duty.target);
    const others = (duty.call.monitors ?? []).filter((one) => one.agent_no !== me.agent_no)
      .map((one) => `${name(one.agent_no)}（${text(`mode_${one.mode}`)}）`);
    const may = table("may");
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
        el("button.btn.btn--stop", { type: "button", "data-call": "stop_monitor", "data-target": duty.target,
          "data-chair": "stop" }, text(`stop_${duty.mode}`), el("kbd.kbd", {}, "Esc")),
        may.take_over ? el("button.btn", { type: "button", "data-call": "take_over", "data-target": duty.target,
          "data-chair": "take" }, text("take_over_call"), el("kbd.kbd", {}, "Alt 4")) : null,
        el("span.end"),
        may.forced_release ? el("button.btn.btn--risk", { type: "button", "data-call": "forced_release",
          "data-target": duty.target, "data-chair": "release" }, text("release")) : null),
    ];
  }

  function serving(duty) {
    const taken = duty.call.allowed?.includes("hang_up");
    return [
      el("div.row", {}, el("h2.cut", {}, text(taken ? "serving" : "own_call")),
        el("span.end.num.strong.acc", { "data-from": duty.call.answered_at ?? duty.call.started_at })),
      el("p.num", {}, duty.call.caller_masked ?? ""),
      el("div.row", {},
        el("a.btn.btn--main", { href: urls.desk, target: "_blank", rel: "noopener" },
          icon("headset"), text("open_desk")),
        el("span.end"),
        el("button.btn.btn--stop", { type: "button", "data-own": "hang_up", disabled: !taken },
          icon("phone-off"), text("hang_up"), el("kbd.kbd", {}, "Shift F2"))),
    ];
  }

  /** After a call that was taken over: the result is written at the desk, or not at all. */
  function wrapping() {
    return [el("h2", {}, table("states").wrapping),
      el("div.row", {},
        el("a.btn", { href: urls.desk, target: "_blank", rel: "noopener" }, icon("headset"), text("open_desk")),
        el("button.btn.btn--main", { type: "button", "data-own": "finish_wrap_up" }, text("wrapped")))];
  }

  box.addEventListener("click", (event) => {
    const own = event.target.closest("[data-own]");
    if (own && !own.disabled) command(own.dataset.own);
    const mode = event.target.closest("[data-mode]");
    const duty = dutyOf(state);
    if (mode && duty.kind === "listening" && mode.dataset.mode !== duty.mode) {
      act(mode.dataset.mode, duty.target);
    }
  });
  document.getElementById("open-phone")?.addEventListener("click", open);

  return {
    listen,
    takeOver,
    snapshot,
    duty: () => dutyOf(state),
    hangUp: () => (dutyOf(state).kind === "serving" ? (command("hang_up"), true) : false),
    forget: () => { wantsCall = null; },
    wake: () => phone?.wake(),
    news: (message) => {
      const { state: next, refetch } = applyDelta(state, message, Date.now());
      adopt(next);
      if (refetch) snapshot();
    },
    moved: () => adopt(withMoved(state, true)),
    owned: () => { if (state.moved) { adopt(withMoved(state, false)); phone?.start(); } },
    leaving: () => phone?.hasLeg() ?? false,
  };
}
