// The desk: puts the parts together. Everything shown follows from the state, the state only from
// the server; buttons send commands and wait for the news.

import { find, findAll, setText, show } from "../dom.js";
import { get, post, RequestFailed } from "../http.js";
import { table, text } from "../texts.js";
import { chooseResult, restoreDrafts, send, ticketOpened, watchForms } from "./forms.js";
import { listen } from "./keys.js";
import { connect, deskId } from "./live.js";
import { createRehearsalPhone } from "./phone_rehearsal.js";
import { createWebrtcPhone } from "./phone_webrtc.js";
import { createPop } from "./pop.js";
import { startRinging, stopRinging, unlock } from "./ring.js";
import {
  EMPTY, allows, applyDelta, applySnapshot, contactOf, legIsOver, modeOf, withLink, withMoved,
} from "./state.js";
import { clock, startTicking } from "./timers.js";
import { renderBar, renderLamp, tickBar } from "./view_bar.js";
import { openPad, renderCall, tickCall } from "./view_call.js";
import { renderIdle } from "./view_idle.js";
import { renderNotice, say } from "./view_notice.js";
import { renderRing, tickRing } from "./view_ring.js";
import { renderTrail } from "./view_trail.js";

const urls = table("urls");
const desk = document.getElementById("desk");
const center = document.getElementById("center");
const side = document.getElementById("side");
const audio = document.getElementById("remote");
const QUEUES_MS = 15000;
const RESULT_SAVED_MS = 1500;

let state = EMPTY;
let phoneState = "off";
let lateSaved = null;

const pop = createPop({
  center, side,
  url: (contactId, params) => {
    const query = new URLSearchParams(params).toString();
    return urls.pop.replace("CONTACT", encodeURIComponent(contactId)) + (query ? `?${query}` : "");
  },
  onShown: () => restoreDrafts(side),
  onTrouble: (error, left) => { if (!left) say(text("pop_silent")); },
});

const phone = makePhone();

function makePhone() {
  const onState = (name) => { phoneState = name; render(); };
  const media = table("me").media;
  if (media === "rehearsal") {
    return createRehearsalPhone({ send: command, audio, voices: table("voices"), onState });
  }
  if (["sip", "remote"].includes(media)) {
    return { kind: "sip", start: async () => { onState("ready"); return true; },
      answer: () => { say(text("answer_at_phone")); return true; },
      end() {}, setMuted() {}, refresh() {}, hasLeg: () => false, stop() { onState("off"); } };
  }
  return createWebrtcPhone({
    fetchSession: () => post(urls.phone_session, { desk: deskId() }), audio, onState,
  });
}

// ---- state in -------------------------------------------------------------------------------

function adopt(next) {
  const before = state;
  state = next;
  if (before !== next) react(before);
  render();
}

function react(before) {
  if (legIsOver(before, state)) phone.end();
  // Nothing may stand in front of the ring card.
  if (modeOf(state) === "ringing") find("dialog[open]")?.close();
  phone.follow?.(state.call);
  phone.setMuted(Boolean(state.call?.muted));
  // A reload in the middle of a shift, or signed in at another page: the phone comes along.
  const onShift = !["off", "loading"].includes(modeOf(state));
  if (onShift && phoneState === "off" && !state.moved) startPhone();
  if (phoneState === "ready" && state.agent?.phone === "unregistered" && !state.moved) {
    phone.refresh();
  }
  if (modeOf(before) === "wrapping" && modeOf(state) !== "wrapping") refreshNumbers();
}

async function snapshot() {
  const askedAt = state.seq;
  try {
    const answer = await get(urls.snapshot);
    adopt(applySnapshot(state, answer, askedAt, Date.now()));
    showNumbers(answer.today);
    renderQueues(answer.queues);
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 401) location.reload();
    else setTimeout(snapshot, 2000);
  }
}

const live = connect("desk", {
  up: () => { adopt(withLink(state, "up")); snapshot(); },
  down: () => adopt(withLink(state, "down")),
  desk: (message) => {
    const { state: next, refetch } = applyDelta(state, message, Date.now());
    adopt(next);
    if (refetch) snapshot();
  },
  refused: (body) => say(table("refusals")[body.code] ?? body.message ?? text("not_sent")),
  moved: () => { adopt(withMoved(state, true)); if (!phone.hasLeg()) phone.stop(); },
  owned: () => {
    if (state.moved) { adopt(withMoved(state, false)); startPhone(); }
  },
});

// ---- state out ------------------------------------------------------------------------------

function render() {
  const mode = modeOf(state);
  desk.dataset.mode = mode;
  renderBar(state);
  renderLamp(state, phoneState);
  renderNotice(state, phoneState);
  renderRing(state);
  renderCall(state);
  renderTrail(state);
  renderIdle(state, phoneState);
  const contact = contactOf(state);
  if (contact) pop.open(contact, state.call);
  else pop.close();
  show(document.getElementById("idle-center"), !contact);
  show(center, Boolean(contact));
  show(side, Boolean(contact));
  if (mode === "ringing" && !state.moved) startRinging();
  else stopRinging();
  setTitle(mode);
}

const baseTitle = document.title;

function setTitle(mode) {
  const title = mode === "ringing" ? `${text("title_ringing")} ${state.call?.caller_masked ?? ""}`
    : baseTitle;
  if (document.title !== title) document.title = title;
  notify(mode);
}

let notified = null;

function notify(mode) {
  if (mode !== "ringing" || notified === state.call?.contact_id) return;
  notified = state.call?.contact_id;
  if (!document.hidden || globalThis.Notification?.permission !== "granted") return;
  const note = new Notification(text("title_ringing"), { body: state.call.caller_masked, tag: "ring" });
  note.onclick = () => { focus(); note.close(); };
}

function renderQueues(queues = []) {
  const box = document.getElementById("queue-summary");
  const waiting = queues.reduce((sum, queue) => sum + (queue.waiting || 0), 0);
  const oldest = Math.min(...queues.map((queue) => queue.longest_since ?? Infinity));
  setText(find("[data-waiting]", box), waiting);
  const longest = Number.isFinite(oldest) && waiting;
  setText(find("[data-longest]", box),
    longest ? text("longest", { time: clock(Date.now() + state.offset - oldest) }) : "");
}

function showNumbers(today) {
  for (const node of findAll("[data-today]")) {
    const value = today?.[node.dataset.today];
    if (value === undefined) continue;
    setText(node, node.dataset.unit === "ms" ? clock(value).replace(/^0(?=\d:)/, "") : value);
  }
}

async function refreshNumbers() {
  try {
    const answer = await get(urls.snapshot);
    showNumbers(answer.today);
    renderQueues(answer.queues);
  } catch { /* the figures stay as they are; the next round asks again */ }
}

// ---- what the person does -------------------------------------------------------------------

async function command(type, body = {}) {
  try {
    await post(urls.commands, { type, body: { contact_id: state.call?.contact_id, ...body } });
    return true;
  } catch (error) {
    const told = error instanceof RequestFailed ? error.said : "";
    // The server is out of reach: hanging up must work all the same.
    if (type === "hang_up" && !(error instanceof RequestFailed)) phone.end();
    say(told || text("not_sent"));
    return false;
  }
}

async function startPhone() {
  unlock();
  return phone.start();
}

async function signIn() {
  if (globalThis.Notification?.permission === "default") Notification.requestPermission();
  if (await startPhone()) await command("sign_in", { device: navigator.userAgent.slice(0, 200) });
}

async function finish(andThen = "finish_wrap_up") {
  const form = find('form[data-form="wrap-up"]', side);
  const chosen = form && find("input[name=result]:checked", form);
  const pending = pop.contact();
  if (!form || lateSaved === pending) return command(andThen);
  const answer = await send(form, { finish: andThen });
  if (answer) lateSaved = pending;
  else if (!chosen) form.scrollIntoView({ block: "nearest" });
  return Boolean(answer);
}

// The timer would store "no result" over a choice that was made but not sent.
function saveBeforeTimer(now) {
  const { agent } = state;
  if (modeOf(state) !== "wrapping" || !agent.wrap_up_until || lateSaved === pop.contact()) return;
  if (agent.wrap_up_until - (now + state.offset) > RESULT_SAVED_MS) return;
  const form = find('form[data-form="wrap-up"]', side);
  if (form && find("input[name=result]:checked", form)) finish("finish_wrap_up");
}

const actions = {
  sign_in: signIn,
  sign_out: async () => { if (await command("sign_out")) phone.stop(); },
  start_phone: startPhone,
  answer: () => phone.answer(),
  finish_wrap_up: () => finish(),
  take_over: () => live.takeOver(),
  play_sound: () => { audio.play(); phoneState = "ready"; render(); },
};

function perform(action, body = {}) {
  unlock();
  if (actions[action]) {
    if (["answer", "finish_wrap_up"].includes(action) && !allows(state, action)) return false;
    actions[action](body);
    return true;
  }
  if (!allows(state, action)) return false;
  command(action, body);
  return true;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-do]");
  if (button && !button.disabled) {
    perform(button.dataset.do, button.dataset.reason ? { reason: button.dataset.reason } : {});
  }
  if (event.target.closest?.("#pad-key")) openPad();
  const digit = event.target.closest?.("[data-digit]");
  if (digit) perform("send_digits", { digits: digit.dataset.digit });
  const premise = event.target.closest?.("[data-premise]");
  if (premise) pop.reload({ premise: premise.dataset.premise }, false);
});

center.addEventListener("change", (event) => {
  if (event.target.name !== "who") return;
  const form = find('form[data-form="ticket"]', side);
  const { customer, name } = event.target.dataset;
  if (form) {
    form.elements.customer_id.value = customer ?? "";
    form.elements.contact_name.value = name ?? "";
  }
});

for (const root of [center, side]) {
  watchForms(root, {
    customer: () => pop.reload({}, false),
    ticket: ticketOpened,
    "wrap-up": () => (modeOf(state) === "wrapping" ? finish() : send(find('form[data-form="wrap-up"]', side))),
  });
}

const either = (first, second) => () => perform(first) || perform(second);

const bindings = {
  F2: () => perform("answer"),
  "Shift+F2": either("reject", "hang_up"),
  F4: either("hold", "resume"),
  F8: either("mute", "unmute"),
  "Shift+F8": either("pause_recording", "resume_recording"),
  F10: () => perform("finish_wrap_up"),
  "Alt+R": () => perform("ready"),
  "Alt+S": () => {
    const menu = document.getElementById("state-menu");
    menu.open = !menu.open;
    if (menu.open) find("button:not([disabled])", menu)?.focus();
  },
  "Alt+D": () => (allows(state, "send_digits") ? (openPad(), true) : false),
  "Ctrl+Enter": () => {
    const form = find('form[data-form="ticket"]', side);
    if (!form || form.closest("[hidden]")) return false;
    form.requestSubmit();
    return true;
  },
};
for (let n = 1; n <= 9; n += 1) {
  bindings[n] = () => (["talking", "held", "wrapping"].includes(modeOf(state)) ? chooseResult(n) : false);
}
for (let n = 2; n <= 5; n += 1) {
  bindings[`Alt+${n}`] = () => {
    const choice = findAll("[name=who]", center)[n - 2];
    if (!choice) return false;
    choice.click();
    return true;
  };
}
listen(bindings);
addEventListener("pointerdown", unlock, { once: true });
addEventListener("beforeunload", (event) => {
  if (phone.hasLeg() || ["talking", "held"].includes(modeOf(state))) event.preventDefault();
});
// Leaving this page would put the phone down: everything else opens beside it.
for (const link of findAll(".rail a, .brand, .menu__i[href]")) {
  if (!link.hasAttribute("aria-current")) link.target = "_blank";
}

startTicking((now) => {
  tickBar(state, now);
  tickRing(state, now);
  tickCall(state, now);
  saveBeforeTimer(now);
});
setInterval(() => { if (!document.hidden && state.link === "up") refreshNumbers(); }, QUEUES_MS);
render();
