// Whom the agents serve and what they write, for who may look over their shoulders.

import { get } from "../http.js";

const EVERY_MS = 5000;

/** Whether somebody is busy with a contact, so that there is something to ask for. Pure. */
export const isBusy = (agents) => agents.some((one) => one.call?.contact_id);

/** What is known of an agent's present call, or null: what was found belongs to one contact. Pure. */
export function workOf(found, agent) {
  const work = found[agent.agent_no];
  return work && work.contact_id === agent.call?.contact_id ? work : null;
}

/** options: {url, agents(), onNews()}; asks while somebody is busy and the page is looked at. */
export function watchWorks({ url, agents, onNews }) {
  let found = {};
  async function ask() {
    if (document.hidden || !isBusy(agents())) return;
    try {
      const next = await get(url);
      if (JSON.stringify(next) === JSON.stringify(found)) return;
      found = next;
    } catch {
      return; // it is an extra; the call's own figures are there
    }
    onNews();
  }
  setInterval(ask, EVERY_MS);
  return { ask, of: (agent) => workOf(found, agent) };
}
