// Whom to reach: one panel for transferring, inviting and dialling. Typing finds colleagues,
// experts, groups and menus; digits are an outside number. Arrows choose, Enter does the main thing.

import { el, find, findAll, icon, setText, show } from "../dom.js";
import { get } from "../http.js";
import { table, text } from "../texts.js";
import { clock } from "./timers.js";

const REFRESH_MS = 3000;
const LOOKS = {
  ready: ["st--ready", "circle-check"],
  offered: ["st--ring", "phone-incoming"],
  on_call: ["st--talk", "phone-call"],
  wrap_up: ["st--wrap", "pencil"],
  not_ready: ["st--break", "coffee"],
  unreachable: ["st--noans", "wifi-off"],
  signed_out: ["st--off", "power"],
};
const RANK = { ready: 0, not_ready: 1, wrap_up: 2, offered: 3, on_call: 4, unreachable: 5 };
const FREE = ["ready", "not_ready"];

/** What each purpose may do with whom, the main thing first. */
export const PURPOSES = {
  transfer: { agent: ["transfer", "consult"], queue: ["transfer"], flow: ["transfer"],
    outside: ["transfer", "consult"] },
  conference: { agent: ["invite"], queue: [], flow: [], outside: ["invite"] },
  dial: { agent: ["dial"], queue: ["dial"], flow: [], outside: ["dial"] },
};

/** The digits of what was typed when it can be a number, else "". */
export function numberIn(typed) {
  const compact = typed.replace(/[\s()（）－-]/g, "");
  return /^\+?\d{3,20}$/.test(compact) ? compact : "";
}

/**
 * The choices for what was typed: [{kind, value, name, actions, ...}]. Pure. `may(action)` says
 * what the server allows now; `outside` whether this agent may call out; `words` what else experts and
 * menus are found by: {expert, flow}.
 */
export function choicesOf(people, typed, purpose, may, outside, words = {}) {
  const wanted = typed.trim().toLowerCase();
  const fits = (...words) => words.some((word) => String(word ?? "").toLowerCase().includes(wanted));
  const actions = (kind) => PURPOSES[purpose][kind].filter(may);
  const found = [];
  const agents = people.agents
    .filter((one) => one.state !== "signed_out" && fits(one.name, one.agent_no,
      one.expert ? words.expert : "", ...(one.groups ?? [])))
    .sort((a, b) => (b.agent_no === wanted) - (a.agent_no === wanted)
      || (RANK[a.state] ?? 9) - (RANK[b.state] ?? 9));
  for (const one of agents) {
    found.push({ kind: "agent", value: one.agent_no, name: one.name, state: one.state,
      since: one.since, reason: one.reason, expert: Boolean(one.expert),
      actions: FREE.includes(one.state) ? actions("agent") : [] });
  }
  for (const one of people.queues.filter((queue) => fits(queue.name, queue.queue))) {
    if (actions("queue").length) {
      found.push({ kind: "queue", value: one.queue, name: one.name, actions: actions("queue"),
        waiting: one.waiting ?? 0, ready: one.ready ?? 0 });
    }
  }
  for (const one of (people.flows ?? []).filter((flow) => fits(flow.name, flow.flow, words.flow))) {
    if (actions("flow").length) {
      found.push({ kind: "flow", value: one.flow, name: one.name, actions: actions("flow") });
    }
  }
  const number = numberIn(typed);
  if (number && outside) {
    const line = { kind: "outside", value: number, name: number, actions: actions("outside") };
    // Short numbers are more likely a colleague's, long ones a line's unless somebody has it.
    const known = people.agents.some((one) => one.agent_no === number);
    if (number.length > 5 && !known) found.unshift(line);
    else found.push(line);
  }
  return found;
}

/** options: {url, may(action), outside, run(action, body)}; answers {open, close, isOpen, refuse}. */
export function createReach({ url, may, outside, run }) {
  const box = document.getElementById("reach");
  const input = document.getElementById("reach-find");
  const list = document.getElementById("reach-list");
  let purpose = "";
  let given = null; // {what, label}: a number that stands on the page, which only the server knows
  let asking = false;
  let people = { agents: [], queues: [], flows: [] };
  let chosen = 0;
  let timer = null;
  let offset = 0;

  async function refresh() {
    try {
      people = await get(url);
      draw();
    } catch {
      if (!people.agents.length) list.replaceChildren(nobody(text("colleagues_silent")));
    }
  }

  function open(wanted, number = null) {
    if (purpose === wanted && !number) { close(); return true; }
    if (!Object.values(PURPOSES[wanted]).flat().some(may)) return false;
    purpose = wanted;
    given = number;
    chosen = 0;
    input.value = "";
    setText(document.getElementById("reach-title"), text(`reach_${wanted}`));
    for (const hint of findAll("[data-hint]", box)) show(hint, hint.dataset.hint === wanted);
    refuse("");
    show(box, true);
    draw();
    input.focus();
    refresh();
    clearInterval(timer);
    timer = setInterval(refresh, REFRESH_MS);
    return true;
  }

  function close() {
    if (!purpose) return false;
    purpose = "";
    clearInterval(timer);
    const held = box.contains(document.activeElement);
    show(box, false);
    if (held) document.querySelector("#callbar:not([hidden]) [data-open=transfer]")?.focus();
    return true;
  }

  function choices() {
    const found = choicesOf(people, input.value, purpose, may, outside,
      { expert: text("expert_words"), flow: text("flow_words") });
    if (!given || !outside || input.value) return found;
    const actions = PURPOSES[purpose].outside.filter(may);
    return [{ kind: "outside", value: "", name: given.label, actions }, ...found];
  }

  function draw() {
    if (!purpose) return;
    const found = choices();
    chosen = Math.min(chosen, Math.max(0, found.length - 1));
    const focused = document.activeElement?.dataset?.reachKey;
    list.replaceChildren(...(found.length ? found.map(row)
      : [nobody(text(!outside && numberIn(input.value) ? "no_outside" : "no_colleague"))]));
    if (focused) find(`[data-reach-key="${CSS.escape(focused)}"]`, list)?.focus();
  }

  const nobody = (words) => el("p.t2", { role: "row" }, el("span", { role: "gridcell" }, words));

  // A grid, not a list of options: only a grid's cells may hold buttons.
  function row(choice, index) {
    const id = `reach-${choice.kind}-${choice.value}`;
    const line = el(`div.reach__row${index === chosen ? ".is-chosen" : ""}`,
      { role: "row", id, "aria-selected": String(index === chosen) }, ...label(choice),
      el("span.row.end", { role: "gridcell" }, ...choice.actions.map((action, place) => el(
        `button.btn.btn--s${place === 0 ? ".btn--main" : ""}`,
        { type: "button", "data-reach-do": action, "data-kind": choice.kind,
          "data-value": choice.value, "data-reach-key": `${id}-${action}`,
          "aria-label": `${text(`do_${action}`)} ${choice.name}` },
        text(`do_${action}`)))));
    if (index === chosen) input.setAttribute("aria-activedescendant", id);
    return line;
  }

  const cell = (shape, ...inside) => el(shape, { role: "gridcell" }, ...inside);

  function label(choice) {
    if (choice.kind === "queue") {
      return [icon("users"), cell("span.reach__n", choice.name),
        cell("span.t2.s", text("queue_line", choice))];
    }
    if (choice.kind === "flow") {
      return [icon("git-branch"), cell("span.reach__n", choice.name),
        cell("span.t2.s", text("flow_line"))];
    }
    if (choice.kind === "outside") {
      return [icon("phone-outgoing"),
        cell("span.reach__n.num", text("outside_number", { number: choice.name })), cell("span")];
    }
    const [look, picture] = LOOKS[choice.state] ?? LOOKS.signed_out;
    const word = (choice.state === "not_ready" && table("reasons")[choice.reason])
      || table("states")[choice.state] || choice.state;
    return [el(`span.st.${look}`, {}, icon(picture)),
      cell("span.reach__n", choice.name, " ", el("span.t2.num.s", {}, choice.value),
        ...(choice.expert ? [" ", el("span.tag.s", {}, text("expert"))] : [])),
      cell("span.s", el(`span.st.${look}`, {}, word), " ",
        el("span.num.t2", {}, choice.since ? clock(Date.now() + offset - choice.since) : ""))];
  }

  function refuse(message) {
    const note = find("[data-refused]", box);
    setText(note, message);
    show(note, Boolean(message));
  }

  // Without a value it is the number that was pressed, by the row that the server knows it by.
  async function go(action, kind, value) {
    const whom = kind === "outside" && !value && given ? given.what : { value };
    if (asking) return; // a held or nervous Enter would call twice
    asking = true;
    const done = await run(action, { kind, ...whom }, refuse);
    asking = false;
    if (done) close();
  }

  function enter(second) {
    const choice = choices()[chosen];
    const action = choice?.actions[second ? 1 : 0] ?? choice?.actions[0];
    if (action) go(action, choice.kind, choice.value);
  }

  input.addEventListener("input", () => { chosen = 0; refuse(""); draw(); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      chosen = Math.max(0, Math.min(choices().length - 1, chosen + step));
      draw();
      find(".is-chosen", list)?.scrollIntoView({ block: "nearest" });
    }
    if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      if (!event.repeat) enter(event.shiftKey);
    }
  });
  box.addEventListener("click", (event) => {
    const digit = event.target.closest("[data-reach-digit]");
    if (digit) { input.value += digit.dataset.reachDigit; input.focus(); draw(); }
    const button = event.target.closest("[data-reach-do]");
    if (button) go(button.dataset.reachDo, button.dataset.kind, button.dataset.value);
  });

  return {
    open,
    close,
    refuse,
    isOpen: () => Boolean(purpose),
    /** The call moved on: what is no longer allowed goes, an empty panel closes. */
    settle(serverOffset) {
      offset = serverOffset;
      if (purpose && !Object.values(PURPOSES[purpose]).flat().some(may)) close();
    },
  };
}
