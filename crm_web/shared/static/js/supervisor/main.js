// The floor: the picture comes by the `floor` event and by the snapshot; rows stay where they are
// while the pointer or the focus is among them.

import { el, find, findAll, icon, setText, show } from "../dom.js";
import { connect } from "../desk/live.js";
import { clock, startTicking, watchSleep } from "../desk/timers.js";
import { get, post, RequestFailed } from "../http.js";
import { showWaiting } from "../rail.js";
import { table, text } from "../texts.js";
import { toast } from "../toast.js";
import { watchActions } from "./actions.js";
import { createChair } from "./chair.js";
import { renderHelps } from "./helps.js";
import { drawCounts, drawQueues, kpi } from "./figures.js";
import { ageOf, counts, isMeant, levelOf, sorted, teams, troubleOf, waitingOf } from "./floor.js";
import { release, renderUnserved } from "./unserved.js";
import { watchWorks } from "./works.js";

const urls = table("urls");
const people = table("people");
const limits = table("limits");
const TODAY_MS = 15000;
const LOOKS = {
  ready: ["st--ready", "circle-check"],
  offered: ["st--ring", "phone-incoming"],
  on_call: ["st--talk", "phone-call"],
  wrap_up: ["st--wrap", "pencil"],
  not_ready: ["st--break", "coffee"],
  unreachable: ["st--noans", "wifi-off"],
  signed_out: ["st--off", "power"],
};

let picture = { agents: [], queues: [], at: 0 };
let today = {};
let offset = 0;
let arrived = 0;
let filter = "";
let who = "";
let order = "trouble";
let chosen = new URLSearchParams(location.search).get("agent"); // the record of a call may send here
let connected = false;
let turnedOut = false; // by the server: then nobody may stay, so nobody is asked

function adopt(news) {
  picture = news;
  arrived = Date.now();
  offset = news.at - arrived;
  if (news.today) today = news.today;
  showWaiting(news.waiting);
  draw();
}

async function snapshot() {
  try {
    adopt(await get(urls.snapshot));
    works.ask();
  } catch (error) {
    if (!(error instanceof RequestFailed && [401, 403].includes(error.status))) return;
    turnedOut = true;
    location.reload();
  }
}

const nameOf = (no) => people[no]?.name
  ?? picture.agents.find((one) => one.agent_no === no)?.name ?? no ?? "";

function note(words) {
  const box = document.getElementById("call-note");
  setText(box, words);
  show(box, Boolean(words));
  clearTimeout(note.timer);
  if (words) note.timer = setTimeout(() => show(box, false), 8000);
}

const asksForHelp = (no) => {
  const help = picture.agents.find((one) => one.agent_no === no)?.help;
  return Boolean(help && !help.answered_by);
};
const chair = createChair({ act, name: nameOf, note, asksForHelp, claim: () => live.takeOver() });
watchActions({ act, releaseUnserved, chair, name: nameOf, agents: () => picture.agents, chosen: () => chosen });

async function act(action, { target, contact }, reply = "") {
  note("");
  if (action !== "answer_help") chair.forget(); // whoever does something else has changed his mind
  try {
    await post(urls.call.replace("AGENT", encodeURIComponent(target)),
      { action, contact_id: contact, reply });
    return true;
  } catch (error) {
    chair.forget();
    note((error instanceof RequestFailed && error.said) || text("not_sent"));
    return false;
  }
}

function releaseUnserved(contact) {
  release(contact).then(() => toast(text("release_sent")),
    (error) => note(error.said || text("not_sent")));
}

const live = connect("floor", {
  up: () => { connected = true; snapshot(); chair.up(); },
  down: () => { connected = false; chair.down(); },
  closed: () => { turnedOut = true; },
  floor: (news) => adopt(news),
  desk: (news) => chair.news(news),
  moved: () => chair.moved(),
  owned: () => chair.owned(),
  refused: (body) => { chair.forget(); note(table("refusals")[body.code] ?? body.message); },
});
watchSleep(() => { live.reconnect(); chair.wake(); });
setInterval(() => { if (!document.hidden) snapshot(); }, TODAY_MS);

const works = table("look_over") === true
  ? watchWorks({ url: urls.works, agents: () => picture.agents, onNews: () => draw() })
  : { ask() {}, of: () => null };

const serverNow = () => Date.now() + offset;

// ---- drawing --------------------------------------------------------------------------------

function draw() {
  renderHelps({ agents: picture.agents, name: nameOf, may: table("may") });
  drawCounts(picture.agents, today.total);
  drawQueues(picture.queues, today.queues);
  renderUnserved({ calls: picture.unserved ?? [], name: nameOf });
  drawTeams();
  drawAttention();
  drawChosen();
  tick();
}

/** While somebody points at the list, its order is kept and only its contents change. */
function inUse() {
  const box = document.getElementById("teams");
  return box.matches(":hover") || box.contains(document.activeElement);
}

let shownOrder = [];

function drawTeams() {
  const box = document.getElementById("teams");
  const wanted = picture.agents.filter((agent) => (!filter || agent.state === filter)
    && isMeant(agent, people[agent.agent_no], who));
  let list = sorted(wanted, order, serverNow(), limits);
  if (inUse()) {
    const place = new Map(shownOrder.map((number, index) => [number, index]));
    const rank = (agent) => place.get(agent.agent_no) ?? shownOrder.length;
    list = [...list].sort((a, b) => rank(a) - rank(b));
  }
  shownOrder = list.map((agent) => agent.agent_no);
  const focused = document.activeElement?.dataset?.agent;
  const panels = teams(list, people).map(([team, members]) => teamPanel(team, members));
  box.replaceChildren(...(panels.length ? panels : [el("p.t2", {}, text("no_agents"))]));
  if (focused) find(`[data-agent="${CSS.escape(focused)}"]`, box)?.focus();
}

function teamPanel(team, members) {
  const found = counts(members);
  return el("section.panel", { "aria-label": team },
    el("div.panel__h", {}, el("h3", {}, text("team_size", { team, n: members.length })),
      el("span.end.s.t2", {}, text("team_line", { ready: found.ready ?? 0, talking: found.on_call ?? 0 }))),
    ...members.map(agentRow));
}

const SHOWN_CALL_STATES = { held: "held" };
const CALL_WORDS = { conference: "conference", consulting: "consulting", swapped: "consulting",
  consult_dialling: "consulting", transferring: "consulting", dialling: "dialling",
  orphaned: "orphaned" };

function callWord(agent) {
  const key = agent.state === "on_call" ? CALL_WORDS[agent.call?.state] : null;
  return key ? text(key) : undefined;
}

const reasonOf = (agent) => (agent.state === "not_ready" && table("reasons")[agent.reason]) || "";

function stateLine(agent) {
  const states = table("states");
  const reason = reasonOf(agent);
  if (agent.help && !agent.help.answered_by) {
    return [states[agent.state], text("help_word", { reason: agent.help.reason || text("help_none") })];
  }
  if (agent.role === "supervisor") return [states.listening, nameOf(agent.call?.agent_no)];
  if (agent.state === "on_call" || agent.state === "wrap_up" || agent.state === "offered") {
    return [states[SHOWN_CALL_STATES[agent.call?.state]] ?? callWord(agent) ?? states[agent.state],
      works.of(agent)?.people.join("、") || agent.call?.caller_masked || ""];
  }
  if (reason) return [reason, limits[agent.reason] ? text("limit_of", { n: limits[agent.reason] }) : ""];
  return [states[agent.state] ?? agent.state, ""];
}

/** Who listens to this agent now. */
const listenersOf = (agent) => (agent.call?.monitors ?? [])
  .filter((one) => one.target === agent.agent_no);

function agentRow(agent) {
  const [look, picture_] = LOOKS[agent.state] ?? LOOKS.signed_out;
  const level = levelOf(agent, serverNow(), limits);
  const [word, more] = stateLine(agent);
  const ticket = works.of(agent)?.ticket;
  const writes = ticket ? ticket.kind || text("ticket") : "";
  const row = el("button.agent", { type: "button", "data-agent": agent.agent_no,
    title: [word, more, writes].filter(Boolean).join("，"),
    "aria-pressed": String(agent.agent_no === chosen) },
    el(`span.st.${look}`, {}, icon(picture_)),
    el("span.agent__n", {}, agent.name || people[agent.agent_no]?.name || agent.agent_no),
    el("span.agent__c.cut", {}, el(`span.st.${look}.s`, {}, word), more ? ` ${more}` : "",
      ...(writes ? [" ", icon("clipboard-list", "acc"), writes] : [])),
    el("span.agent__t", {},
      agent.help && !agent.help.answered_by ? icon("lifebuoy", "danger") : null,
      listenersOf(agent).length ? icon("ear", "acc") : null,
      el("span.num", { "data-from": agent.state === "signed_out" ? "" : agent.since ?? "" })));
  if (level) row.classList.add(`is-${level}`);
  if (agent.state === "signed_out") row.classList.add("is-off");
  return row;
}

function drawAttention() {
  const now = serverNow();
  const items = [];
  const waiting = waitingOf(picture.queues);
  if (waiting.since && now - waiting.since > waiting.target) {
    items.push(["warn", "hourglass", text("long_wait", { queue: waiting.queue, time: clock(now - waiting.since) }), null]);
  }
  for (const agent of sorted(picture.agents, "trouble", now, limits)) {
    const trouble = troubleOf(agent, now, limits);
    if (!trouble) continue;
    items.push([levelOf(agent, now, limits), (LOOKS[agent.state] ?? LOOKS.signed_out)[1],
      text(trouble, { name: agent.name, n: limits[agent.reason], reason: reasonOf(agent) }),
      agent.agent_no]);
  }
  const list = document.getElementById("attention");
  const key = JSON.stringify(items);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(...(items.length ? items.map(attentionRow)
    : [el("li", {}, icon("circle-check"), el("span.t2", {}, text("nothing")))]));
}

function attentionRow([level, picture_, words, agent]) {
  return el("li", {}, icon(picture_, level), el("span", {}, words),
    agent ? el("button.btn.btn--s.btn--plain", { type: "button", "data-agent": agent }, text("look"))
      : el("span"));
}

function drawChosen() {
  const box = document.getElementById("chosen");
  const agent = picture.agents.find((one) => one.agent_no === chosen);
  show(box, Boolean(agent));
  if (!agent) return;
  const person = people[agent.agent_no] ?? {};
  setText(find("[data-name]", box), agent.name);
  const [word, more] = stateLine(agent);
  const next = agent.next_work ? text("next", { state: table("reasons")[agent.next_reason] ?? table("states")[agent.next_work] }) : "";
  setText(find("[data-state]", box), [word, more, next].filter(Boolean).join("，"));
  setText(find("[data-no]", box), agent.agent_no);
  setText(find("[data-team]", box), person.team ?? "");
  setText(find("[data-queues]", box), (person.queues ?? []).join("、"));
  setText(find("[data-phone]", box), text(agent.phone === "unregistered" ? "phone_unregistered" : "phone_registered"));
  setText(find("[data-caller]", box), agent.call?.caller_masked ?? "—");
  drawCallOf(agent, box);
  find("[data-time]", box).dataset.from = agent.state === "signed_out" ? "" : agent.since ?? "";
  const off = agent.state === "signed_out";
  const can = {
    force_ready: !off && agent.phone !== "unregistered" && agent.state !== "ready",
    force_not_ready: !off && agent.state !== "not_ready",
    force_sign_out: !off,
  };
  for (const button of findAll("#order [name=action]")) button.disabled = !can[button.value];
}

/** Whom the chosen agent serves, what is being written, who listens, what may be done. */
function drawCallOf(agent, box) {
  const talks = agent.state === "on_call" && ["serving", null, undefined].includes(agent.role)
    && agent.call && agent.agent_no !== table("me").agent_no;
  const may = table("may");
  show(find("#listen-keys", box), Boolean(talks));
  show(document.getElementById("no-number"), Boolean(talks));
  for (const button of findAll("#listen-keys [data-call]", box)) {
    button.dataset.target = agent.agent_no;
    button.dataset.contact = agent.call?.contact_id ?? "";
    show(button, Boolean(may[button.dataset.call]));
  }
  const listeners = listenersOf(agent)
    .map((one) => `${nameOf(one.agent_no)}（${text(`mode_${one.mode}`)}）`);
  show(find("[data-listened]", box), listeners.length > 0);
  setText(find("[data-listened]", box), text("listened", { name: listeners.join("、") }));
  const work = works.of(agent);
  const with_ = [work?.people.join("、"), work?.place].filter(Boolean).join("，");
  const lines = [with_ ? text("with", { people: with_ }) : "",
    work?.ticket ? text("writing", { kind: work.ticket.kind, text: work.ticket.text.slice(0, 80) }) : ""];
  const shown = lines.filter(Boolean).join("　");
  setText(find("[data-with]", box), shown);
  show(find("[data-with]", box), Boolean(shown));
}

function tick() {
  const now = serverNow();
  chair.tick(Date.now());
  for (const node of findAll("[data-from]")) {
    setText(node, node.dataset.from ? clock(now - Number(node.dataset.from)) : "");
  }
  for (const node of findAll("[data-since]")) {
    const since = Number(node.dataset.since);
    const share = since ? (now - since) / (Number(node.dataset.target) * 1000) : 0;
    setText(node, since ? clock(now - since) : "—");
    const line = node.nextElementSibling;
    line.setAttribute("class", `barline ${share >= 1 ? "is-danger" : share >= 0.6 ? "is-warn" : ""}`);
    find(".barline__fg", line).setAttribute("width", Math.min(100, share * 100).toFixed(1));
    node.classList.toggle("danger", share >= 1);
  }
  const waiting = waitingOf(picture.queues);
  kpi("waiting", waiting.waiting);
  kpi("longest", waiting.since ? clock(now - waiting.since) : "—");
  kpi("longest_queue", waiting.queue);
  find('[data-kpi-box="longest"]').classList.toggle("is-warn",
    Boolean(waiting.since) && now - waiting.since > waiting.target);
  if (arrived) drawAge();
}

function drawAge() {
  const lag = picture.told_at === null ? null : picture.at - picture.told_at;
  const { s, trouble } = ageOf({ lag, since: Date.now() - arrived, switchUp: picture.switch_up, connected });
  const node = document.getElementById("age");
  const old = ["stale", "never"].includes(trouble);
  setText(node, s === null ? text("never") : text(old ? "age_old" : "age", { s }));
  node.classList.toggle("danger", old);
  const box = document.getElementById("stale");
  // The seconds stand in the bar: a sentence that changed each second would be read out each second.
  setText(find("[data-words]", box), trouble ? text(trouble) : "");
  show(box, Boolean(trouble));
}

// ---- what the person does -------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const agent = event.target.closest?.("[data-agent]");
  if (agent) {
    chosen = agent.dataset.agent === chosen ? null : agent.dataset.agent;
    for (const row of findAll(".agent")) row.setAttribute("aria-pressed", String(row.dataset.agent === chosen));
    drawChosen();
    tick();
  }
  const wanted = event.target.closest?.("[data-filter]");
  if (wanted) {
    filter = filter === wanted.dataset.filter ? "" : wanted.dataset.filter;
    for (const button of findAll("[data-filter]")) {
      button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
    }
    drawTeams();
    tick();
  }
  const sort = event.target.closest?.("[data-sort]");
  if (sort) {
    order = sort.dataset.sort;
    for (const button of findAll("[data-sort]")) {
      button.setAttribute("aria-pressed", String(button === sort));
    }
    shownOrder = [];
    drawTeams();
    tick();
  }
});

document.getElementById("who").addEventListener("input", (event) => {
  who = event.target.value;
  drawTeams();
  tick();
});

document.getElementById("order")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  for (const node of findAll("[data-error]", form)) node.remove();
  try {
    await post(urls.order.replace("AGENT", encodeURIComponent(chosen)),
      { action: event.submitter.value, reason: form.elements.reason.value });
    form.reset();
    toast(text("order_sent"));
  } catch (error) {
    const said = error instanceof RequestFailed ? error.said : "";
    form.prepend(el("p.s.danger.row", { "data-error": "", role: "alert" }, icon("alert-circle"),
      said || text("not_sent")));
  }
});

for (const node of findAll("[data-state-icon]")) {
  const [look, picture_] = LOOKS[node.dataset.stateIcon];
  node.className = `st ${look}`;
  node.append(icon(picture_));
}
addEventListener("beforeunload", (event) => {
  if (chair.leaving() && !turnedOut) event.preventDefault();
});
startTicking(tick);
