// The desk: puts the parts together. Everything shown follows from the state, the state only from
// the server; buttons send commands and wait for the news.

import { find, findAll, show } from "../dom.js";
import { listenForNumbers } from "../desk_dial.js";
import { get, post, RequestFailed } from "../http.js";
import { showWaiting } from "../rail.js";
import { table, text } from "../texts.js";
import { createActions } from "./actions.js";
import { callForAttention } from "./attention.js";
import { createDrafts } from "./drafts.js";
import { adoptDrafts, restoreDrafts, send, ticketOpened, valuesOf, watchForms } from "./forms.js";
import { listen } from "./keys.js";
import { endLeg } from "./leg_end.js";
import { connect, deskId } from "./live.js";
import { createNotices } from "./notices.js";
import { createPass } from "./phone_pass.js";
import { createRehearsalPhone } from "./phone_rehearsal.js";
import { createWebrtcPhone } from "./phone_webrtc.js";
import { createPop } from "./pop.js";
import { createReach } from "./reach.js";
import { startRinging, stopRinging, unlock } from "./ring.js";
import { createSent } from "./sent.js";
import {
  EMPTY, allows, applyDelta, applySnapshot, colleagueOf, contactOf, hasLostLeg, isMuted, mayAutoAnswer, mayReach,
  modeOf, withLink, withMoved,
} from "./state.js";
import { startTicking, watchSleep } from "./timers.js";
import { createUnfinished } from "./unfinished.js";
import { renderBar, renderLamp, tickBar } from "./view_bar.js";
import { colleagueWords, renderCall, tickCall } from "./view_call.js";
import { renderQueues, showNumbers } from "./view_day.js";
import { renderIdle } from "./view_idle.js";
import { renderNotice, say } from "./view_notice.js";
import { renderRing, tickRing } from "./view_ring.js";
import { renderSecond, tickSecond } from "./view_second.js";
import { renderTrail } from "./view_trail.js";
import { createWrapUp } from "./wrap_up.js";

const urls = table("urls");
const desk = document.getElementById("desk");
const center = document.getElementById("center");
const side = document.getElementById("side");
const audio = document.getElementById("remote");
const QUEUES_MS = 15000;
const ASKED_MS = 15000; // so long after dialling our own phone may answer by itself
const SHARED_DRAFTS_MS = 3000;
const LOST_FOR_MS = 500; // news and call reach us by two ways: give the slower one this long
const REJOIN_AGAIN_MS = 6000;
const IDLE_AFTER_MS = 1500;

const addressOf = (url, contactId) => url.replace("CONTACT", encodeURIComponent(contactId));

let state = EMPTY;
let phoneState = "off";
let askedAt = 0;
let lostSince = 0;

const pop = createPop({
  center, side,
  url: (contactId) => addressOf(urls.pop, contactId)
    + (contactId === unfinished.contact() ? "?unfinished=1" : ""),
  onShown: (contactId) => { render(); fillForms(contactId); },
  onTrouble: (error, left) => { if (!left) say(text("pop_silent")); },
});

const drafts = createDrafts({
  url: (contactId) => addressOf(urls.drafts, contactId),
  onMoved: (form, draft) => {
    if (adoptDrafts([center, side], { [form]: draft }, table("me").agent_no)) {
      say(text("draft_moved", { name: draft.by }));
    }
  },
});

const unfinished = createUnfinished({
  url: (contactId) => addressOf(urls.discard, contactId),
  changed: () => render(),
  left: (contactId) => { drafts.forget(contactId, "ticket"); refreshIdle(); },
});

const reach = createReach({
  url: urls.colleagues,
  may: (action) => allows(state, action),
  outside: Boolean(table("may").outside),
  run: (action, body, refuse) => command(action, body, refuse),
});

const sent = createSent();
const notices = createNotices({ url: urls.notices, seenUrl: urls.notices_seen });
const pass = createPass({ take: urls.phone_session, end: urls.phone_session_end }, deskId());
const phone = makePhone();

function makePhone() {
  const onState = (name) => { phoneState = name; render(); };
  const media = table("me").media;
  if (media === "rehearsal") {
    return createRehearsalPhone({ send: command, audio, voices: table("voices"), onState });
  }
  if (["sip", "remote"].includes(media)) {
    return { kind: "sip", start: async () => { onState("ready"); return true; },
      answer: () => { say(text("pick_up_phone")); return true; },
      reject: () => false, settle() {}, wake() {}, claim() {}, end() {}, setMuted() {}, refresh() {}, hasLeg: () => false, stop() { onState("off"); } };
  }
  return createWebrtcPhone({
    fetchSession: pass.take,
    audio,
    onState,
    lock: `clearline-phone-${table("me").agent_no}`,
    expects: (contact) => mayAutoAnswer(state, contact, Date.now() - askedAt < ASKED_MS),
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
  endLeg(before, () => state, phone);
  // Nothing may stand in front of the ring card.
  if (modeOf(state) === "ringing") {
    find("dialog[open]")?.close();
    reach.close();
    deeds.closeHelp();
  }
  reach.settle(state.offset);
  deeds.settle();
  phone.settle();
  phone.follow?.(state.call);
  phone.setMuted(isMuted(state));
  // A reload in the middle of a shift, or signed in at another page: the phone comes along.
  const onShift = !["off", "loading"].includes(modeOf(state));
  if (onShift && phoneState === "off" && !state.moved) startPhone();
  if (phoneState === "ready" && state.agent?.phone === "unregistered" && !state.moved) {
    phone.refresh();
  }
  if (!["off", "loading"].includes(modeOf(before)) && modeOf(state) === "off") {
    phone.stop();
    pass.giveBack();
  }
  if (state.moved && !phone.hasLeg() && phoneState !== "off") phone.stop();
  if (modeOf(before) === "wrapping" && modeOf(state) !== "wrapping") refreshNumbers();
  if (contactOf(before) && !contactOf(state)) setTimeout(refreshIdle, IDLE_AFTER_MS);
  // What a colleague wrote while we were consulted comes along with the call.
  if (before.agent?.role === "guest" && state.agent?.role === "serving") {
    pop.reload();
  }
}

/** After a reload the call goes on without us: ask for a new leg, which answers by itself. */
function rejoin(now) {
  const lost = hasLostLeg(state,
    { kind: phone.kind, ready: phoneState === "ready", leg: phone.hasLeg() });
  if (!lost) { lostSince = 0; return; }
  lostSince ||= now;
  if (now - lostSince < LOST_FOR_MS || now - askedAt < REJOIN_AGAIN_MS) return;
  askedAt = now;
  command("rejoin");
}

async function fillForms(contactId) {
  restoreDrafts(side);
  if (contactId === unfinished.contact()) find("textarea[name=text]", side)?.focus();
  await takeDrafts(contactId);
}

async function takeDrafts(contactId) {
  const kept = await drafts.load(contactId);
  if (contactId !== pop.contact()) return;
  const me = table("me").agent_no;
  const foreign = kept.ticket && kept.ticket.agent_no !== me ? kept.ticket.values.premise_id : "";
  if (foreign && foreign !== center.dataset.place && !foreignPlaces.has(foreign)) {
    foreignPlaces.add(foreign); // once: another door may have been chosen since
    pop.reload();
    return;
  }
  adoptDrafts([center, side], kept, me);
}

const foreignPlaces = new Set();

async function snapshot() {
  const askedAt = state.seq;
  try {
    const answer = await get(urls.snapshot);
    adopt(applySnapshot(state, answer, askedAt, Date.now()));
    if (/[?&](phone_link_id|caller_of|callback_of)=/.test(location.search)) {
      offerNumber(location.search);
      history.replaceState(null, "", location.pathname);
    }
    showNumbers(answer.today);
    renderQueues(answer.queues, Date.now() + state.offset);
    showWaiting(answer.waiting);
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 401) location.reload();
    else setTimeout(snapshot, 2000);
  }
}

const live = connect("desk", {
  up: () => { adopt(withLink(state, "up")); snapshot(); notices.fetch(); },
  down: () => adopt(withLink(state, "down")),
  desk: (message) => {
    const { state: next, refetch } = applyDelta(state, message, Date.now());
    adopt(next);
    if (refetch) snapshot();
  },
  refused: async (body) => {
    if (await sent.isEcho(body.command_id)) return;
    say(table("refusals")[body.code] ?? body.message ?? text("not_sent"));
  },
  notice: (notice) => notices.add(notice),
  moved: () => { adopt(withMoved(state, true)); if (!phone.hasLeg()) phone.stop(); },
  owned: () => {
    if (state.moved) { adopt(withMoved(state, false)); startPhone(); }
  },
});

// ---- state out ------------------------------------------------------------------------------

function render() {
  const mode = modeOf(state);
  const contact = unfinished.beside(contactOf(state));
  desk.dataset.mode = unfinished.contact() ? "finishing" : mode;
  renderBar(state);
  renderLamp(state, phoneState);
  renderNotice(state, phoneState);
  renderRing(state);
  renderCall(state);
  renderSecond(state);
  renderTrail(state);
  renderIdle(state, phoneState);
  const mayDial = allows(state, "dial");
  show(document.getElementById("dial-cell"), mayDial);
  const reachable = mayReach(state);
  for (const key of findAll("[data-dial-link],[data-dial-caller]")) key.disabled = !reachable;
  for (const key of findAll("[data-dial-agent]")) key.disabled = !mayDial;
  if (contact) pop.open(contact, state.call);
  else pop.close();
  show(document.getElementById("idle-center"), !contact);
  show(center, Boolean(contact));
  show(side, Boolean(contact));
  if (mode === "ringing" && !state.moved) startRinging();
  else stopRinging();
  const colleague = colleagueOf(state);
  callForAttention(state, colleague ? colleagueWords(colleague) : state.call?.caller_masked ?? "");
}

/** The calls of today, a moment later: the record is written beside us. */
async function refreshIdle() {
  const box = document.getElementById("idle-center");
  if (box.contains(document.activeElement)) return;
  try {
    const parsed = new DOMParser().parseFromString(await get(urls.idle), "text/html");
    box.replaceChildren(...parsed.body.childNodes);
    render();
  } catch { /* the list stays as it is until the next call */ }
}

async function refreshNumbers() {
  try {
    const answer = await get(urls.snapshot);
    showNumbers(answer.today);
    renderQueues(answer.queues, Date.now() + state.offset);
    showWaiting(answer.waiting);
  } catch { /* the figures stay as they are; the next round asks again */ }
}

// ---- what the person does -------------------------------------------------------------------

async function command(type, body = {}, refuse = say) {
  if (type === "dial") askedAt = Date.now();
  say(""); // what was said about the last command is out of date
  try {
    await sent.track(type,
      post(urls.commands, { type, body: { contact_id: state.call?.contact_id, ...body } }));
    return true;
  } catch (error) {
    const told = error instanceof RequestFailed ? error.said : "";
    // The server is out of reach or lacks its database: hanging up must work all the same.
    const cannot = !(error instanceof RequestFailed) || error.status >= 500;
    if (type === "hang_up" && cannot) phone.end();
    refuse(told || text("not_sent"));
    return false;
  }
}

/** Which door the call is about: kept with the call, so that a colleague sees the same. */
async function pickPremise(premise) {
  const contact = pop.contact();
  try {
    await post(urls.premise, { contact_id: contact, premise_id: premise });
    if (contact === pop.contact()) pop.reload();
  } catch (error) {
    say(error.said || text("not_sent"));
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

const wrapUp = createWrapUp({
  side, command, sent, state: () => state, contact: () => pop.contact(),
});

const deeds = createActions({
  state: () => state,
  phone,
  audio,
  reach,
  center,
  side,
  command,
  signIn,
  startPhone,
  finish: wrapUp.finish,
  putNoticesAway: () => notices.putAway(),
  pickPremise,
  takeOver: () => live.takeOver(),
  claimPhone: () => { live.takeOver(); phone.claim(); },
  soundAllowed: () => { phoneState = "ready"; render(); },
});

center.addEventListener("change", (event) => {
  if (event.target.name !== "who") return;
  const form = find('form[data-form="ticket"]', side);
  const { customer, name } = event.target.dataset;
  if (form) {
    form.elements.customer_id.value = customer ?? "";
    form.elements.contact_name.value = name ?? "";
    form.elements.contact_name.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

for (const root of [center, side]) {
  watchForms(root, {
    changed: (form) => drafts.touch(form.dataset.contact, form.dataset.form, valuesOf(form)),
    customer: (_answer, form) => { drafts.forget(form.dataset.contact, "customer"); pop.reload(); },
    ticket: (answer, form) => {
      drafts.forget(form.dataset.contact, "ticket");
      ticketOpened(answer, form);
      if (unfinished.contact()) unfinished.close();
    },
    "wrap-up": () => (modeOf(state) === "wrapping" ? wrapUp.finish() : send(find('form[data-form="wrap-up"]', side))),
  });
}

listen(deeds.bindings);
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
  tickSecond(state, now);
  if (state.call?.state === "orphaned") renderNotice(state, phoneState, now);
  wrapUp.saveBeforeTimer(now);
  rejoin(now);
});
setInterval(() => { if (!document.hidden && state.link === "up") refreshNumbers(); }, QUEUES_MS);
setInterval(() => {
  if (state.agent?.role === "guest" && pop.contact() && !document.hidden) takeDrafts(pop.contact());
}, SHARED_DRAFTS_MS);
watchSleep(() => {
  adopt(withLink(state, "asleep"));
  live.reconnect();
  phone.wake();
});
// A number that was pressed on another page, whose masked form only the server can tell.
async function offerNumber(query) {
  try {
    const { what, label } = await get(urls.number + query);
    deeds.offer(what, label);
  } catch (error) {
    say(error.said || text("not_sent"));
  }
}
listenForNumbers(() => !state.moved, offerNumber);
addEventListener("online", () => phone.wake());
render();
