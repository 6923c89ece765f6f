// What a supervisor does with the own phone, from the own state. Pure.

import { hasLostLeg, modeOf, ringOf } from "../desk/state.js";

export const WANTED_MS = 15000; // so long may a listening take to come up

/** {kind, mode, target, since, up}: none, ringing, listening, serving or wrapping. */
export function dutyOf(state) {
  const { agent, call } = state;
  if (agent?.state === "wrap_up") return { kind: "wrapping", until: agent.wrap_up_until, call };
  if (call && modeOf(state) === "ringing") {
    return { kind: "ringing", what: ringOf(state).what, from: call.agent_no, call };
  }
  if (agent?.state !== "on_call" || !call) return { kind: "none" };
  if (agent.role !== "supervisor") {
    return { kind: "serving", guest: agent.role === "guest", call };
  }
  const mine = (call.monitors ?? []).find((one) => one.agent_no === agent.agent_no);
  return { kind: "listening", mode: mine?.mode ?? call.monitor ?? "monitor", up: Boolean(mine),
    target: mine?.target ?? call.agent_no, since: mine?.since ?? null, call };
}

/** The agent and the call that a duty is about. */
export const seatOf = (duty) => ({ target: duty.target, contact: duty.call.contact_id });

/**
 * What to do about a leg that this page does not have although the server says that we are on a
 * call: "rejoin" our own call, "listen" anew, or "" when nothing is lost. A listening is only
 * begun anew by a page that never had its leg (`hadLeg`): it was reloaded.
 */
export function lostLeg(state, phone) {
  if (hasLostLeg(state, phone)) return "rejoin";
  const mine = phone.ready && !phone.leg && !phone.hadLeg && !state.moved && state.link === "up";
  const duty = dutyOf(state);
  return mine && duty.kind === "listening" && duty.up ? "listen" : "";
}

/**
 * What becomes of a wish, {target, at}, that waits for us to hear that call: "do" it, "wait", or
 * "drop" it. Only the listening that it was asked with may fulfil it, and only for a while.
 */
export function wishNow(wish, before, duty, now) {
  if (now - wish.at > WANTED_MS) return "drop";
  if (duty.kind === "listening" && duty.target === wish.target) return duty.up ? "do" : "wait";
  const over = before.kind === "listening" && duty.kind !== "listening";
  return over || duty.kind !== "none" ? "drop" : "wait";
}
