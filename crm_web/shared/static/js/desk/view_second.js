// The others on the call, under the call keys: second party, conference, listeners, help.
// Each line says who, in which state, since when, and what may be done: what the server allows.

import { el, icon, show } from "../dom.js";
import { table, text } from "../texts.js";
import { modeOf } from "./state.js";
import { clock } from "./timers.js";

const KEYS = { complete_transfer: "F9", merge: "Shift F9", swap: "Alt W", cancel_consult: "Alt C",
  end_conference: "Alt X" };
const MAIN = { complete_transfer: "btn--main", end_conference: "btn--risk" };
const ON_PARTY = ["complete_transfer", "swap", "merge", "cancel_consult"];
const ON_MEMBER = ["mute_party", "drop_party"];

/**
 * The lines of a state: [{key, icon, kind, name, word, since, actions: [{action, leg, word}]}].
 * Pure; `words` gives names: {agent(no), queue(code), say(key, values)}.
 */
export function linesOf(state, words) {
  const { agent, call } = state;
  if (!call || !["talking", "held", "ringing"].includes(modeOf(state))) return [];
  const allowed = new Set(call.allowed ?? []);
  const lines = [];
  const named = (one) => ({ agent: words.agent(one.value), queue: words.say("party_queue",
    { value: words.queue(one.value) }) }[one.kind] ?? words.say("party_outside", one));
  const mine = (one) => one.kind === "agent" && one.value === agent.agent_no;
  if (agent.role === "guest" && modeOf(state) !== "ringing") {
    lines.push({ key: "guest", icon: "users", kind: "acc", name: "",
      word: words.say("st_guest", { name: words.agent(call.agent_no) }), since: null, actions: [] });
  }
  if (call.party && !mine(call.party)) {
    lines.push({ key: call.party.leg, icon: call.party.state === "up" ? "phone-call" : "phone-outgoing",
      kind: "acc", name: named(call.party), word: words.say(`st_${call.state}`),
      since: call.party.since,
      actions: ON_PARTY.filter((one) => allowed.has(one)).map((action) => ({ action })) });
  }
  for (const member of call.members ?? []) {
    if (mine(member)) continue;
    const key = member.state === "dialling" ? "st_member_dialling"
      : member.muted ? "st_member_muted" : "st_member";
    lines.push({ key: member.leg, icon: "users", kind: "acc", name: named(member),
      word: words.say(key), since: member.since,
      actions: ON_MEMBER.filter((one) => allowed.has(one)).map((action) => ({ action,
        leg: member.leg,
        word: action === "mute_party" && member.muted ? "do_unmute_party" : `do_${action}` })) });
  }
  if (allowed.has("end_conference")) {
    lines.push({ key: "conference", icon: "users-group", kind: "", name: "",
      word: words.say("st_conference"), since: null, actions: [{ action: "end_conference" }] });
  }
  for (const one of call.monitors ?? []) {
    lines.push({ key: `monitor-${one.agent_no}`, icon: "headphones", kind: "warn", name: "",
      word: words.say(`monitor_${one.mode}`, { name: words.agent(one.agent_no) }),
      since: one.since, actions: [] });
  }
  return [...lines, ...helpLine(agent, words)];
}

function helpLine(agent, words) {
  const { help } = agent;
  if (!help) return [];
  const reason = help.reason || words.say("help_none");
  const name = help.answered_by ? words.agent(help.answered_by) : "";
  const word = !help.answered_by ? words.say("help_waiting", { reason })
    : help.reply ? words.say("help_answered", { name, reply: help.reply })
      : words.say("help_seen", { name });
  return [{ key: "help", icon: "lifebuoy", kind: help.answered_by ? "ok" : "danger", name: "",
    word, since: help.answered_by ? null : help.at,
    actions: agent.allowed?.includes("withdraw_help") ? [{ action: "withdraw_help" }] : [] }];
}

const words = () => ({
  agent: (no) => table("staff")[no] ?? no ?? "",
  queue: (code) => table("queues")[code] ?? code,
  say: (key, values) => text(key, values),
});

export function renderSecond(state) {
  const box = document.getElementById("second");
  const lines = linesOf(state, words());
  show(box, lines.length > 0);
  const key = JSON.stringify(lines);
  if (box.dataset.shown === key) return;
  box.dataset.shown = key;
  const focused = document.activeElement?.dataset?.secondKey;
  box.replaceChildren(...lines.map(line));
  if (focused) box.querySelector(`[data-second-key="${CSS.escape(focused)}"]`)?.focus();
}

function line(one) {
  return el("div.second__line", { "data-party": one.key }, icon(one.icon, one.kind),
    one.name ? el("b.second__n", {}, one.name) : null,
    el("span.cut", { title: one.word }, one.word),
    el("span.num.t2", { "data-since": one.since ?? "" }),
    el("span.row.end", {}, ...one.actions.map(({ action, leg, word }) => el(
      `button.btn.btn--s${MAIN[action] ? `.${MAIN[action]}` : ""}`,
      { type: "button", "data-do": action, "data-leg": leg,
        "data-second-key": `${action}-${leg ?? ""}` },
      text(word ?? `do_${action}`), KEYS[action] ? el("kbd.kbd.hide-s", {}, KEYS[action]) : null))));
}

export function tickSecond(state, now) {
  for (const node of document.querySelectorAll("#second [data-since]")) {
    const since = Number(node.dataset.since);
    const shown = since ? clock(now + state.offset - since) : "";
    if (node.textContent !== shown) node.textContent = shown;
  }
}
