// The supervisor's own phone and what it is doing: listening, or serving after taking a call over.
// The state comes from the server like a desk's; buttons are commands.

import { find, setText, show } from "../dom.js";
import { mayAutoAnswer, EMPTY, applyDelta, applySnapshot, legIsOver, withMoved } from "../desk/state.js";
import { deskId } from "../desk/live.js";
import { createWebrtcPhone } from "../desk/phone_webrtc.js";
import { unlock } from "../desk/ring.js";
import { get, post } from "../http.js";
import { table, text } from "../texts.js";
import { cardOf } from "./chair_view.js";
import { dutyOf, WANTED_MS, wishNow } from "./duty.js";

const LAMPS = { ready: "", connecting: "is-warn", asking_microphone: "is-warn", waiting: "is-warn" };

/**
 * options: {act(action, target), name(agentNo), note(text), asksForHelp(agentNo)}; the page's own
 * urls and texts.
 */
export function createChair({ act, name, note, asksForHelp }) {
  const me = table("me");
  const urls = table("urls");
  const audio = document.getElementById("remote");
  const box = document.getElementById("listening");
  let state = EMPTY;
  let phoneState = "off";
  let askedAt = 0;
  let wish = null; // {target, at, helps, takes}: to be done as soon as we hear that call

  const phone = me.media === "webrtc" ? createWebrtcPhone({
    fetchSession: () => post(urls.phone_session, { desk: deskId() }),
    audio,
    onState: (found) => { phoneState = found; draw(); },
    lock: `clearline-phone-${me.agent_no}`,
    expects: (contact) => mayAutoAnswer(state, contact, Date.now() - askedAt < WANTED_MS),
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
    fulfil(dutyOf(before));
    draw();
  }

  /** Only now that somebody is there the agent reads that help has come. */
  async function fulfil(before) {
    if (!wish) return;
    const what = wishNow(wish, before, dutyOf(state), Date.now());
    if (what === "wait") return;
    const { target, helps, takes } = wish;
    wish = null;
    if (what === "drop") return;
    if (helps && asksForHelp(target)) await act("answer_help", target);
    if (takes) await act("take_over", target);
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
  async function listen(mode, target, { helps = false, takes = false } = {}) {
    unlock();
    wish = null;
    if (!me.agent_no) { note(text("no_phone")); return; }
    if (!isOn()) { note(text("sign_in_first")); return; }
    const duty = dutyOf(state);
    if (duty.kind === "listening" && duty.target !== target) {
      note(text(`now_${duty.mode}`, { name: name(duty.target) }));
      return;
    }
    askedAt = Date.now();
    if (!(takes && duty.kind === "listening") && !(await act(mode, target))) return;
    if (helps || takes) wish = { target, helps, takes, at: Date.now() };
    fulfil(dutyOf(state));
  }

  const takeOver = (target, helps = false) => listen("monitor", target, { helps, takes: true });

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
    box.replaceChildren(...cardOf(duty, name));
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
    forget: () => { wish = null; },
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
