// What the floor shows, computed from the picture. Pure.

import { limitOf } from "../limits.js";

export const LONG_CALL_MS = 10 * 60000;
export const LONG_HOLD_MS = 2 * 60000;
const ASIDE = ["no_answer", "rejected", "unreachable"];

/** "danger", "warn" or "" for an agent at `now` on the server's clock. limits: reason → minutes. */
export function levelOf(agent, now, limits = {}) {
  if (agent.help && !agent.help.answered_by) return "danger";
  if (agent.state === "unreachable") return "danger";
  if (agent.state === "not_ready" && ASIDE.includes(agent.reason)) return "danger";
  if (heldTooLong(agent, now)) return "warn";
  if (limitOf(agent, limits, now)?.over) return "warn";
  if (agent.state === "wrap_up" && agent.wrap_up_until && now > agent.wrap_up_until) return "warn";
  if (agent.state === "on_call" && now - agent.since > LONG_CALL_MS) return "warn";
  return "";
}

const heldTooLong = (agent, now) => agent.state === "on_call" && agent.call?.held_since
  && now - agent.call.held_since > LONG_HOLD_MS;

/** The key of the sentence that says what is wrong with an agent, or "". */
export function troubleOf(agent, now, limits = {}) {
  if (agent.state === "unreachable") return "lost";
  if (agent.state === "not_ready" && ASIDE.includes(agent.reason)) return "set_aside";
  if (agent.help && !agent.help.answered_by) return ""; // it stands above, on a card of its own
  if (heldTooLong(agent, now)) return "long_hold";
  if (limitOf(agent, limits, now)?.over) return "over_limit";
  const level = levelOf(agent, now);
  if (!level) return "";
  return agent.state === "wrap_up" ? "wrap_over" : "long_call";
}

const RANK = { danger: 0, warn: 1, "": 2 };

const LAG_MS = 15000;
const SILENT_MS = 30000; // a picture comes at least every 15 s

/**
 * How old the picture is: {s, trouble}; trouble is the key of a sentence, or "". `lag` is how old
 * it was when it came (null: no controller has written one), `since` how long ago it came, in ms.
 */
export function ageOf({ lag, since, switchUp, connected }) {
  if (lag === null) return { s: null, trouble: "never" };
  const ms = Math.max(0, lag) + since;
  const stale = lag > LAG_MS || ms > SILENT_MS || !connected;
  return { s: Math.floor(ms / 1000), trouble: stale ? "stale" : switchUp ? "" : "switch_down" };
}

/** Agents in the order asked for: "trouble" (then by number) or "number". */
export function sorted(agents, order, now, limits = {}) {
  const byNumber = (a, b) => a.agent_no.localeCompare(b.agent_no, undefined, { numeric: true });
  if (order !== "trouble") return [...agents].sort(byNumber);
  const rank = (agent) => RANK[levelOf(agent, now, limits)] + (agent.state === "signed_out" ? 1 : 0);
  return [...agents].sort((a, b) => rank(a) - rank(b) || byNumber(a, b));
}

/** Whether every word typed is in the agent's name, number, team or queues. */
export function isMeant(agent, person, typed) {
  const known = [agent.name, agent.agent_no, person?.name, person?.team, ...(person?.queues ?? [])]
    .join(" ").toLowerCase();
  return typed.toLowerCase().split(/\s+/).every((word) => known.includes(word));
}

/** Agents by team, in the order of the teams' first agent. */
export function teams(agents, people) {
  const found = new Map();
  for (const agent of agents) {
    const team = people[agent.agent_no]?.team ?? "";
    if (!found.has(team)) found.set(team, []);
    found.get(team).push(agent);
  }
  return [...found.entries()];
}

export function counts(agents) {
  const found = {};
  for (const agent of agents) found[agent.state] = (found[agent.state] ?? 0) + 1;
  return found;
}

/** Whether a day's service level is below its target. */
export const isLow = (day) => day.service_level !== null && day.service_level * 100 < day.target_pct;

/** Waiting now, and who has waited longest: {waiting, queue, since} over all queues. */
export function waitingOf(queues) {
  let oldest = null;
  for (const queue of queues) {
    if (queue.longest_since && (!oldest || queue.longest_since < oldest.longest_since)) oldest = queue;
  }
  return {
    waiting: queues.reduce((sum, queue) => sum + (queue.waiting ?? 0), 0),
    queue: oldest?.name ?? "",
    since: oldest?.longest_since ?? null,
    target: (oldest?.target_s ?? 20) * 1000,
  };
}
