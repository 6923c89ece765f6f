// The supervisor's own phone and what it is doing: listening, or serving after taking a call over.
// The state comes from the server like a desk's; buttons are commands.

import { find, setText, show } from "../dom.js";
import {
  EMPTY, allows, applyDelta, applySnapshot, mayAutoAnswer, withLink, withMoved,
} from "../desk/state.js";
import { endLeg } from "../desk/leg_end.js";
import { deskId } from "../desk/live.js";
import { createWebrtcPhone } from "../desk/phone_webrtc.js";
import { startRinging, stopRinging, unlock } from "../desk/ring.js";
import { get, post } from "../http.js";
import { table, text } from "../texts.js";
import { cardOf } from "./chair_view.js";
import { dutyOf, lostLeg, seatOf, WANTED_MS, wishNow } from "./duty.js";

const LOST_FOR_MS = 500; // news and call reach us by two ways: give the slower one this long
const AGAIN_MS = 6000;
const LAMPS = { ready: "", connecting: "is-warn", asking_microphone: "is-warn", waiting: "is-warn" };

/**
 * options: {act(action, seat), name(agentNo), note(text), asksForHelp(agentNo), claim(): take the
 * phone from another page}; the page's own urls and texts.
 */
export function createChair({ act, name, note, asksForHelp, claim }) {
  const me = table("me");
  const urls = table("urls");
  const audio = document.getElementById("remote");
  const box = document.getElementById("listening");
  const inPage = ["webrtc", "rehearsal"].includes(me.media); // a telephone stays where it stands
  let state = EMPTY;
  let phoneState = "off";
  let askedAt = 0;
  let wish = null; // {target, contact, at, helps, takes}: to be done as soon as we hear that call
  let told = false; // the server has said at which page the phone is
  let opening = false; // the phone was asked back with a click
  let hadLeg = false;
  let lostSince = 0;
  let relisten = null; // {mode, seat, at}: to be heard again once the dead leg is gone

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
    endLeg(before, () => state, phone);
    phone?.settle();
    const onShift = state.agent && state.agent.state !== "signed_out";
    if (told && onShift && phoneState === "off" && !state.moved) phone?.start();
    if (state.moved && phone && !phone.hasLeg() && phoneState !== "off") phone.stop();
    const unknown = phoneState === "ready" && state.agent?.phone === "unregistered";
    if (unknown && !state.moved) phone?.refresh();
    fulfil(dutyOf(before));
    listenAgain();
    draw();
  }

  /** After a reload the call, or our listening to one, goes on without a phone: call it anew. */
  function comeBack(now) {
    if (!phone) return;
    hadLeg ||= phone.hasLeg();
    const lost = lostLeg(state,
      { kind: phone.kind, ready: phoneState === "ready", leg: phone.hasLeg(), hadLeg });
    if (!lost) { lostSince = 0; return; }
    lostSince ||= now;
    if (now - lostSince < LOST_FOR_MS || now - askedAt < AGAIN_MS) return;
    askedAt = now;
    if (lost === "rejoin") { command("rejoin"); return; }
    const duty = dutyOf(state);
    relisten = { mode: duty.mode, seat: seatOf(duty), at: now };
    act("stop_monitor", relisten.seat);
  }

  function listenAgain() {
    if (!relisten || dutyOf(state).kind !== "none") return;
    const { mode, seat, at } = relisten;
    relisten = null;
    if (Date.now() - at < WANTED_MS) listen(mode, seat);
  }

  /** Only now that somebody is there the agent reads that help has come. */
  async function fulfil(before) {
    if (!wish) return;
    const what = wishNow(wish, before, dutyOf(state), Date.now());
    if (what === "wait") return;
    const { target, contact, helps, takes } = wish;
    wish = null;
    if (what === "drop") return;
    if (helps && asksForHelp(target)) await act("answer_help", { target, contact });
    if (takes) await act("take_over", { target, contact });
  }

  async function snapshot() {
    if (!me.agent_no) return;
    const seq = state.seq;
    try {
      const answer = await get(urls.own); // news may come meanwhile: the state is read after it
      adopt(applySnapshot(state, answer, seq, Date.now()));
    } catch { /* the next news brings it */ }
  }

  async function open() {
    unlock();
    if (state.moved) { // it goes on once the server says that the phone is ours
      opening = true;
      claim();
      return;
    }
    if (phone && !(await phone.start())) return;
    if (state.agent?.allowed?.includes("sign_in")) {
      await post(urls.commands, { type: "sign_in",
        body: { device: navigator.userAgent.slice(0, 200) } });
    }
  }

  /** What a page does for a telephone: the one in the page answers itself, others are told. */
  function own(type) {
    if (["answer", "reject"].includes(type) && !allows(state, type)) return false;
    if (type === "answer" && phone) phone.answer();
    else if (type === "reject" && !state.call.allowed?.includes("reject")) phone.reject();
    else command(type);
    return true;
  }

  function hangUp() {
    const { kind } = dutyOf(state);
    if (kind === "ringing") return own("reject");
    return kind === "serving" && own("hang_up");
  }

  const isOn = () => Boolean(state.agent && state.agent.state !== "signed_out"
    && state.agent.phone !== "unregistered");

  /** Listen to this agent in a mode, or change the mode of a listening that goes on. */
  async function listen(mode, seat, { helps = false, takes = false } = {}) {
    unlock();
    wish = null;
    if (!me.agent_no) { note(text("no_phone")); return; }
    if (!isOn()) { note(text("sign_in_first")); return; }
    const duty = dutyOf(state);
    if (duty.kind === "listening" && duty.target !== seat.target) {
      note(text(`now_${duty.mode}`, { name: name(duty.target) }));
      return;
    }
    askedAt = Date.now();
    if (!(takes && duty.kind === "listening") && !(await act(mode, seat))) return;
    if (helps || takes) wish = { ...seat, helps, takes, at: Date.now() };
    fulfil(dutyOf(state));
  }

  const takeOver = (seat, helps = false) => listen("monitor", seat, { helps, takes: true });

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
    const duty = { ...dutyOf(state), moved: state.moved };
    if (duty.kind === "ringing" && !state.moved) startRinging();
    else stopRinging();
    show(box, duty.kind !== "none");
    const key = JSON.stringify([duty.kind, duty.mode, duty.target, duty.up, duty.since,
      duty.call?.monitors, duty.call?.state, duty.call?.allowed, duty.moved]);
    if (box.dataset.shown === key) return;
    box.dataset.shown = key;
    const held = document.activeElement?.dataset?.chair;
    box.replaceChildren(...cardOf(duty, name, (action) => allows(state, action)));
    if (held) find(`[data-chair="${held}"]`, box)?.focus();
  }

  function drawLamp() {
    const lamp = document.getElementById("phone-lamp");
    if (!lamp) return;
    const on = isOn();
    const ready = !phone && on ? "ready" : phoneState;
    const shown = state.moved ? "moved" : ready;
    find(".lamp", lamp).className = `lamp ${on && LAMPS[shown] === "" ? "" : LAMPS[shown] || "is-down"}`.trim();
    setText(find("[data-word]", lamp), text(`phone_${shown}`));
    const signedOut = Boolean(state.agent?.allowed?.includes("sign_in"));
    const failed = ["microphone_refused", "microphone_missing", "refused"].includes(phoneState);
    show(document.getElementById("open-phone"), signedOut || failed || state.moved);
  }

  box.addEventListener("click", (event) => {
    const key = event.target.closest("[data-own]");
    if (key && !key.disabled) own(key.dataset.own);
    const mode = event.target.closest("[data-mode]");
    const duty = dutyOf(state);
    if (mode && duty.kind === "listening" && mode.dataset.mode !== duty.mode) {
      act(mode.dataset.mode, seatOf(duty));
    }
  });
  document.getElementById("open-phone")?.addEventListener("click", open);

  return {
    listen,
    takeOver,
    duty: () => dutyOf(state),
    answer: () => dutyOf(state).kind === "ringing" && own("answer"),
    hangUp,
    forget: () => { wish = null; },
    tick: comeBack,
    up: () => { adopt(withLink(state, "up")); snapshot(); },
    down: () => adopt(withLink(state, "down")),
    wake: () => phone?.wake(),
    news: (message) => {
      const { state: next, refetch } = applyDelta(state, message, Date.now());
      adopt(next);
      if (refetch) snapshot();
    },
    moved: () => { told = true; adopt(withMoved(state, inPage)); },
    owned: () => {
      const asked = opening;
      told = true;
      opening = false;
      adopt(withMoved(state, false));
      if (asked) open();
    },
    leaving: () => phone?.hasLeg() ?? false,
  };
}
