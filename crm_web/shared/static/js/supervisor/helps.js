// Help requests stand before everything else; one click answers with the right mode.

import { el, icon, show } from "../dom.js";
import { chime } from "../desk/ring.js";
import { text } from "../texts.js";

/** Agents who wait for help, the oldest first; then those whose help was answered. Pure. */
export function helpsOf(agents) {
  const asking = agents.filter((one) => one.help);
  const rank = (one) => (one.help.answered_by ? 1 : 0);
  return asking.sort((a, b) => rank(a) - rank(b) || a.help.at - b.help.at);
}

let known = new Set();

/** options: {agents, name(no), may}; draws only what changed. */
export function renderHelps({ agents, name, may }) {
  const box = document.getElementById("helps");
  const helps = helpsOf(agents);
  show(box, helps.length > 0);
  const key = JSON.stringify(helps.map((one) => [one.agent_no, one.help, one.call?.contact_id, one.call?.answered_at]));
  if (box.dataset.shown === key) return;
  box.dataset.shown = key;
  const waiting = helps.filter((one) => !one.help.answered_by);
  const fresh = waiting.filter((one) => !known.has(`${one.agent_no} ${one.help.at}`));
  if (fresh.length) chime();
  known = new Set(waiting.map((one) => `${one.agent_no} ${one.help.at}`));
  document.title = waiting.length ? `${text("title_help")} ${name(waiting[0].agent_no)}` : baseTitle;
  const written = document.activeElement?.closest?.("[data-reply]");
  const kept = written ? { ...written.dataset, said: written.elements.reply.value } : null;
  box.replaceChildren(...helps.map((one, place) => card(one, place, name, may)));
  if (kept) {
    const form = box.querySelector(`[data-reply="${CSS.escape(kept.reply)}"]`);
    if (form?.dataset.contact === kept.contact) {
      form.hidden = false;
      form.elements.reply.value = kept.said;
      form.elements.reply.focus();
    }
  }
}

const baseTitle = document.title;

function card(agent, place, name, may) {
  const { help } = agent;
  const first = place === 0;
  const contact = agent.call?.contact_id ?? "";
  const key = (digit) => (first ? el("kbd.kbd", {}, digit) : null);
  const attributes = (call) => ({ type: "button", "data-call": call, "data-target": agent.agent_no,
    "data-contact": contact, "data-helps": "1" });
  return el(`div.note.note--${help.answered_by ? "warn" : "danger"}`, { "data-help": agent.agent_no },
    icon("lifebuoy", "i--l"),
    el("div.grow.stack", {},
      el("div.row", {}, el("b.note__t", {},
        text(help.answered_by ? "help_taken" : "help_of", { name: name(help.answered_by || agent.agent_no) })),
        el("span.end.num.danger.strong", { "data-from": help.at })),
      el("p", {}, help.answered_by ? `${agent.name}：` : "", help.reason || text("help_none")),
      el("div.row.row--tight.row--wrap", {},
        may.whisper ? el("button.btn.btn--main.btn--s", attributes("whisper"), text("mode_whisper"), key("1")) : null,
        may.monitor ? el("button.btn.btn--s", attributes("monitor"), text("mode_monitor")) : null,
        may.barge_in ? el("button.btn.btn--s", attributes("barge_in"), text("mode_barge_in")) : null,
        may.answer_help ? el("button.btn.btn--s", { type: "button", "data-write": agent.agent_no },
          text("reply"), key("2")) : null,
        may.take_over ? el("button.btn.btn--s", attributes("take_over"), text("take_over"), key("3")) : null),
      may.answer_help ? el("form.row", { "data-reply": agent.agent_no, "data-contact": contact, hidden: true },
        el("input.input.grow", { name: "reply", maxlength: 200, autocomplete: "off", "aria-label": text("reply") }),
        el("button.btn.btn--s", { type: "submit" }, text("reply"))) : null));
}
