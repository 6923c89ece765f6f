// How long a not-ready reason may last, and how much of that is over. Pure.

const MINUTE_MS = 60000;

/** {minutes, left, over} for an agent at `now` on the server's clock; null without a limit. left in
 * ms, negative when it is over. */
export function limitOf(agent, limits, now) {
  const minutes = agent?.state === "not_ready" ? limits[agent.reason] : 0;
  if (!minutes || !agent.since) return null;
  const left = agent.since + minutes * MINUTE_MS - now;
  return { minutes, left, over: left < 0 };
}
