// The household of the call. First, at once, what the event itself carries (plate, people, debt,
// outage); then the whole fragment from the server, which replaces it. A slow source costs nothing.

import { el, find, icon } from "../dom.js";
import { get } from "../http.js";
import { table, text } from "../texts.js";

const RETRY_MS = 2000;
const RETRIES = 3;

/** A plate from a premise of the caller's profile. */
function plateOf(premise) {
  const numbers = el("span.plate__n");
  const part = (value, unit) => {
    if (!value) return;
    numbers.append(el("b", {}, value));
    if (unit) numbers.append(el("span", {}, unit));
  };
  part(premise.building, text("building"));
  part(premise.unit, text("unit"));
  part(premise.door);
  return el("div.plate", {}, el("span.plate__e", {}, premise.estate || premise.label || ""), numbers);
}

/** What is so now, or what is planned and when. */
function outageTitle(outage) {
  if (!(outage.starts_at > Date.now())) return table("outage_kinds")[outage.kind] ?? outage.title;
  const time = new Date(outage.starts_at).toLocaleString("zh-CN", {
    month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false,
  }).replaceAll("/", "-");
  const what = table("planned_outage_kinds")[outage.kind] ?? outage.title;
  return text("outage_planned", { time, what });
}

function outageNote(outage) {
  return el("div.note.note--warn", {}, icon("droplet-off", "i--l"),
    el("div.grow", {}, el("p.note__t.l", {}, outageTitle(outage)),
      el("p", {}, outage.public_text || outage.title || "")));
}

/** What can be painted from the call alone; never waits, never asks. */
export function quickPop(call) {
  if (call.direction === "internal") return el("div", { "data-quick": true });
  const profile = call.profile ?? { match_kind: "none", premises: [], customers: [] };
  const premise = profile.premises?.length === 1 ? profile.premises[0] : null;
  const box = el("div.stack.stack--3", { "data-quick": true });
  for (const outage of profile.outages ?? []) box.append(outageNote(outage));
  const people = (profile.customers ?? []).map((person) => person.name).filter(Boolean).join("、");
  const facts = el("dl.facts");
  const fact = (name, value) => { if (value) facts.append(el("dt", {}, name), el("dd", {}, value)); };
  fact(text("people"), people);
  fact(text("account"), premise?.account_no);
  fact(text("open_tickets"), profile.open_tickets ? String(profile.open_tickets) : "");
  let head;
  if (premise) head = plateOf(premise);
  else if (profile.premises?.length > 1) {
    head = el("p.l", {}, text("several_premises", { n: profile.premises.length }));
  } else head = el("p.l", {}, text("not_on_file"));
  box.append(el("article.panel", { "aria-busy": "true" }, el("div.hero", {}, head, facts),
    el("div.panel__b.stack.stack--3", {}, el("div.skel.skel--60"), el("div.skel"),
      el("div.skel.skel--80"))));
  return box;
}

/**
 * options: {center, side, url: (contactId) => string, onShown: (contactId) => void}
 * Answers {open, reload, close}: opening the same contact again does nothing.
 */
export function createPop({ center, side, url, onShown, onTrouble }) {
  let current = null;
  let asked = 0;

  function open(contactId, call) {
    if (contactId === current) return;
    current = contactId;
    center.replaceChildren(...(call ? [quickPop(call)] : []));
    side.replaceChildren();
    load(contactId);
  }

  async function load(contactId, tries = RETRIES) {
    asked += 1;
    const mine = asked;
    let html;
    try {
      html = await get(url(contactId));
    } catch (error) {
      if (mine !== asked || contactId !== current) return;
      // The record may be a moment behind the ring: ask again before saying anything.
      if (tries > 0) {
        setTimeout(() => {
          if (mine === asked && contactId === current) {
            load(contactId, tries - 1);
          }
        }, RETRY_MS);
      }
      onTrouble(error, tries);
      return;
    }
    if (mine !== asked || contactId !== current) return;
    place(html);
    onShown(contactId);
  }

  function place(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html; // our own escaped fragment; the content policy stops any script
    const newCenter = find("[data-slot=center]", holder.content);
    const newSide = find("[data-slot=side]", holder.content);
    if (newCenter) {
      center.replaceChildren(...newCenter.childNodes);
      center.dataset.place = newCenter.dataset.place ?? "";
      globalThis.htmx?.process(center);
    }
    if (newSide) side.replaceChildren(...newSide.childNodes);
  }

  return {
    open,
    /** Asks again about the same call: what is known of it has changed. */
    reload: () => current && load(current),
    close() {
      current = null;
      asked += 1;
    },
    contact: () => current,
  };
}
