// Drafts that the server keeps beside the call, so that they move with it to a colleague. The tab's
// own copy is written first and at once; the server's follows a moment later.

import { get, post, RequestFailed } from "../http.js";

const PAUSE_MS = 700;
const SHARED = ["ticket", "customer"]; // a wrap-up is each agent's own

/**
 * options: {url(contactId), onMoved(form, draft)}: somebody else wrote the same form meanwhile.
 * Answers {load, touch, forget}.
 */
export function createDrafts({ url, onMoved }) {
  const known = new Map(); // "contact form" → revision
  const pending = new Map(); // "contact form" → timer

  const nameOf = (contact, form) => `${contact} ${form}`;

  async function load(contact) {
    try {
      const drafts = await get(url(contact));
      for (const [form, draft] of Object.entries(drafts)) {
        known.set(nameOf(contact, form), draft.rev);
      }
      return drafts;
    } catch {
      return {}; // the tab's own copy is there
    }
  }

  /** The form changed: its values go to the server when the typing pauses. */
  function touch(contact, form, values) {
    if (!SHARED.includes(form)) return;
    const name = nameOf(contact, form);
    clearTimeout(pending.get(name));
    pending.set(name, setTimeout(() => send(contact, form, values), PAUSE_MS));
  }

  async function send(contact, form, values) {
    const name = nameOf(contact, form);
    pending.delete(name);
    try {
      const answer = await post(url(contact), { form, values, rev: known.get(name) ?? 0 });
      known.set(name, answer.rev);
    } catch (error) {
      const newer = error instanceof RequestFailed ? error.details.draft : null;
      if (!newer) return; // out of reach: the next change sends everything
      known.set(name, newer.rev);
      onMoved(form, newer);
    }
  }

  return {
    load,
    touch,
    busy: (contact, form) => pending.has(nameOf(contact, form)),
    forget(contact, form) {
      const name = nameOf(contact, form);
      clearTimeout(pending.get(name));
      pending.delete(name);
    },
  };
}
