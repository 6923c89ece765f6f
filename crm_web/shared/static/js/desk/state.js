// What the desk knows. Pure: no page, no clock, no network; tested as plain functions.
//
// The server is the only source. Every message carries the whole agent and call, numbered by
// agent.seq: an older number is dropped, a gap means that something was missed, so ask again. News
// of the call alone may repeat the number; then the later clock wins.

export const EMPTY = Object.freeze({
  agent: null,
  call: null,
  seq: -1,
  offset: 0, // server clock minus ours, ms
  link: "connecting", // connecting, up, down, asleep
  moved: false, // the phone of this agent is at another desk
});

const RESTART_MS = 1000;

/** Applies a numbered message; answers {state, refetch}. `now` is our clock in ms. */
export function applyDelta(state, message, now) {
  const agent = message.agent;
  if (!agent || typeof agent.seq !== "number") return { state, refetch: false };
  const later = state.agent && agent.now > state.agent.now;
  if (agent.seq < state.seq || (agent.seq === state.seq && state.agent && !later)) {
    // An old number with a later clock: the numbering began anew behind our back.
    const restarted = state.agent && agent.now > state.agent.now + RESTART_MS;
    return { state, refetch: Boolean(restarted) };
  }
  const gap = state.seq >= 0 && agent.seq > state.seq + 1;
  return { state: adopt(state, message, now), refetch: gap };
}

/**
 * Applies the answer of a snapshot request. `askedAtSeq` is state.seq when it was asked: a delta
 * that arrived in between is newer than the answer, unless the answer is numbered higher.
 */
export function applySnapshot(state, message, askedAtSeq, now) {
  const agent = message.agent;
  if (!agent) return { ...state, agent: null, call: null, seq: -1 };
  if (state.seq !== askedAtSeq && agent.seq < state.seq) return state;
  return adopt(state, message, now);
}

function adopt(state, message, now) {
  return {
    ...state,
    agent: message.agent,
    call: message.call ?? null,
    seq: message.agent.seq,
    offset: typeof message.agent.now === "number" ? message.agent.now - now : state.offset,
  };
}

/** What is down because the machine slept stays "asleep" until it is up again. */
export function withLink(state, link) {
  return link === "down" && state.link === "asleep" ? state : { ...state, link };
}

export const withMoved = (state, moved) => ({ ...state, moved });

/** Which face the desk shows: loading, off, idle, ringing, talking, held, wrapping, listening. */
export function modeOf(state) {
  const { agent, call } = state;
  if (!agent) return "loading";
  if (agent.state === "signed_out") return "off";
  if (agent.state === "offered") return "ringing";
  if (agent.state === "on_call") {
    if (agent.role === "supervisor") return "listening";
    if (agent.role === "guest") return agent.phone === "ringing" ? "ringing" : "talking";
    return call?.state === "held" ? "held" : "talking";
  }
  if (agent.state === "wrap_up") return "wrapping";
  return "idle";
}

/** Everybody who was called into the call: the second party, then the conference. */
export function partiesOf(call) {
  return [...(call?.party ? [call.party] : []), ...(call?.members ?? [])];
}

/** Whether the call was begun here: to somebody outside or to a colleague. */
export const isOutgoing = (call) => Boolean(call?.direction) && call.direction !== "inbound";

/** Of a call between colleagues the agent number of the other one, else null. */
export function colleagueOf({ agent, call }) {
  if (call?.direction !== "internal" || !call.dialled) return null;
  return call.dialled.value === agent?.agent_no ? call.agent_no : call.dialled.value;
}

/** What rings: offer, transfer, consult, conference or internal; and since when, for how long. */
export function ringOf(state) {
  const { agent, call } = state;
  if (agent?.role !== "guest") {
    return { what: "offer", since: call?.offered_at ?? null, seconds: call?.ring_s ?? 20 };
  }
  const mine = partiesOf(call).find((one) => one.kind === "agent" && one.value === agent.agent_no);
  const seconds = mine?.purpose === "flow" ? call.ring_s ?? 20 : 20;
  if (mine) return { what: mine.purpose, since: mine.since, seconds };
  return { what: "internal", since: call?.started_at ?? null, seconds: 45 };
}

/** The contact whose household stands on the desk now, or null. */
export function contactOf(state) {
  const busy = ["ringing", "talking", "held", "wrapping"].includes(modeOf(state));
  return busy ? state.call?.contact_id ?? state.agent?.contact_id ?? null : null;
}

/**
 * True when the server lets this action be done now. Answering a phone in the page is no command
 * but a SIP answer: it is up to the page whenever the server says that it rings.
 */
export function allows(state, action) {
  if (state.moved && ["answer", "reject"].includes(action)) return false;
  const guestRings = state.agent?.role === "guest" && modeOf(state) === "ringing";
  if (action === "answer" && (state.call?.state === "offered" || guestRings)) {
    return state.agent?.media === "webrtc" || Boolean(state.call?.allowed?.includes("answer"));
  }
  if (action === "reject" && guestRings) {
    return state.agent.media === "webrtc" || Boolean(state.call?.allowed?.includes("reject"));
  }
  return Boolean(state.agent?.allowed?.includes(action) || state.call?.allowed?.includes(action));
}

/** A phone beside the page: it rings for its own calls too, and only a hand picks it up. */
export const hasDeskPhone = (state) => ["sip", "remote"].includes(state.agent?.media);

/** Whether a number that stands on the page may be pressed: to call it, now or after the wrap-up,
 * or to bring it into the call. */
export function mayReach(state) {
  return modeOf(state) === "wrapping"
    || ["dial", "transfer", "consult", "invite"].some((action) => allows(state, action));
}

/**
 * Whether this desk's own leg is muted. Who was called in, or only listens, is not silenced with
 * the agent who serves: the flag is his own only when he may turn it.
 */
export function isMuted(state) {
  const beside = ["guest", "supervisor"].includes(state.agent?.role);
  const own = !beside || allows(state, "mute") || allows(state, "unmute");
  return Boolean(own && state.call?.muted);
}

/** Whether this state goes with a leg at the own phone. */
export const wantsLeg = (state) => ["ringing", "talking", "held", "listening"].includes(modeOf(state));

/** True when a phone that still has a live leg must let it go. */
export const legIsOver = (before, after) => wantsLeg(before) && !wantsLeg(after);

/** Lengths in ms of the parts of a contact, at `now` on the server's clock. */
export function partsOf(call, now) {
  if (!call) return { ivr: 0, queue: 0, talk: 0, hold: 0 };
  const end = call.ended_at ?? now;
  const queued = call.queued_at ?? call.answered_at ?? end;
  const answered = call.answered_at ?? end;
  const holding = call.held_since ? now - call.held_since : 0;
  const hold = (call.hold_ms ?? 0) + holding;
  const talked = call.answered_at ? end - call.answered_at : 0;
  return {
    ivr: Math.max(0, queued - call.started_at),
    queue: call.queued_at ? Math.max(0, answered - queued) : 0,
    talk: Math.max(0, talked - hold),
    hold: Math.max(0, hold),
  };
}

/** Whole seconds left of the ring, at `now` on the server's clock; from 0 to the whole ring. */
export function ringLeft(call, now, ring = null) {
  const since = ring ? ring.since : call?.offered_at;
  if (!since) return 0;
  const whole = ring ? ring.seconds : call.ring_s ?? 20;
  const left = Math.ceil((since + whole * 1000 - now) / 1000);
  return Math.max(0, Math.min(whole, left));
}

/**
 * True when a leg that the server placed by itself may be answered without a click: we asked for
 * it (`asked`), or the call it belongs to is being placed or brought back. Anything else rings.
 */
export function mayAutoAnswer(state, contact, asked) {
  if (state.moved) return false;
  if (asked) return true;
  const { agent, call } = state;
  if (agent?.state !== "on_call" || (contact && agent.contact_id !== contact)) return false;
  return agent.role === "supervisor" || ["dialling", "orphaned"].includes(call?.state);
}

const PLACED_ANEW = ["dialling", "transferring"];

/** True when this page has the phone and the call, but no leg: a reload, or another computer. */
export function hasLostLeg(state, phone) {
  return Boolean(phone.kind === "webrtc" && phone.ready && !phone.leg && !state.moved
    && state.link === "up" && state.agent?.state === "on_call" && isOnTheLine(state));
}

/** Whether this agent serves the call, or was called into it and has picked up. */
function isOnTheLine({ agent, call }) {
  if (!call) return false;
  if (agent.role === "serving") return !PLACED_ANEW.includes(call.state);
  const others = [call.party, ...(call.members ?? [])];
  return agent.role === "guest" && others.some((one) => one?.kind === "agent"
    && one.value === agent.agent_no && one.state === "up");
}
