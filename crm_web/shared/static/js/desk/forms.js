// The forms beside the caller: household, ticket, result. Each keeps its draft in this tab until it
// is saved, so that neither a reload nor the end of the call loses a word.

import { el, find, findAll, icon, setText, show } from "../dom.js";
import { post, RequestFailed } from "../http.js";
import { text } from "../texts.js";
import { toast } from "../toast.js";
import { timeOfDay } from "./timers.js";

const keyOf = (contact, form) => `clearline.draft.${contact}.${form}`;
const draftKey = (form) => keyOf(form.dataset.contact, form.dataset.form);

/** The named values of a form as a flat object; unchecked boxes are absent. */
export function valuesOf(form) {
  return Object.fromEntries(new FormData(form).entries());
}

function keepDraft(form) {
  sessionStorage.setItem(draftKey(form), JSON.stringify(valuesOf(form)));
  setText(find("[data-draft]", form), text("draft_kept", { time: timeOfDay(Date.now()) }));
}

function dropDraft(form) {
  sessionStorage.removeItem(draftKey(form));
  setText(find("[data-draft]", form), "");
}

/** Drops this tab's copy of a draft that was thrown away. */
export const forgetDraft = (contact, form) => sessionStorage.removeItem(keyOf(contact, form));

// Hidden fields belong to the page, except who the ticket is for and the ticket's own id: the same
// draft, saved by two colleagues, is one ticket.
const CARRIED = ["customer_id", "op_id"];

function fill(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (!field || name === "csrf_token") continue;
    if (field.type === "hidden" && !CARRIED.includes(name)) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value; // a RadioNodeList takes the value too
  }
  showKinds(form, values.kind_class);
}

export function restoreDrafts(root) {
  for (const form of findAll("form[data-form]", root)) {
    const kept = sessionStorage.getItem(draftKey(form));
    if (kept) fill(form, JSON.parse(kept));
  }
}

/**
 * Takes over what the server keeps: a colleague's words when they are newer than what was taken
 * before, the own ones when this tab has none. Answers whether a form changed.
 */
export function adoptDrafts(roots, drafts, ownNumber) {
  let changed = false;
  for (const form of roots.flatMap((root) => findAll("form[data-form]", root))) {
    const draft = drafts[form.dataset.form];
    if (!draft || draft.rev <= Number(form.dataset.rev ?? 0)) continue;
    form.dataset.rev = draft.rev;
    const own = draft.agent_no === ownNumber;
    if (own && sessionStorage.getItem(draftKey(form))) continue;
    fill(form, draft.values);
    keepDraft(form);
    changed = true;
    if (!own) {
      setText(find("[data-draft]", form),
        text("draft_of", { name: draft.by, time: timeOfDay(draft.at) }));
    }
  }
  return changed;
}

function clearErrors(form) {
  for (const node of findAll("[data-error]", form)) node.remove();
  for (const field of findAll("[aria-invalid]", form)) field.removeAttribute("aria-invalid");
}

/** Puts each error under its field; those without a field stand at the top of the form. */
function showErrors(form, errors) {
  for (const [name, message] of Object.entries(errors)) {
    const field = findAll(`[name="${CSS.escape(name)}"]`, form).find((f) => f.type !== "hidden");
    const place = field?.closest(".field") ?? form;
    const line = el("span.s.danger.row", { "data-error": name, role: "alert" },
      icon("alert-circle"), message);
    if (field) {
      field.setAttribute("aria-invalid", "true");
      place.append(line);
    } else {
      form.prepend(line);
    }
  }
  find("[aria-invalid]", form)?.focus();
}

/** Sends a form as JSON; answers the server's answer, or null when it was refused. */
export async function send(form, extra = {}) {
  clearErrors(form);
  const buttons = findAll("button", form);
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await post(form.dataset.url, { ...valuesOf(form), ...extra });
    dropDraft(form);
    return answer;
  } catch (error) {
    const refused = error instanceof RequestFailed;
    const fields = refused && Object.keys(error.fields).length ? error.fields : null;
    showErrors(form, fields ?? { "": (refused && error.said) || text("not_sent") });
    return null;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/** hooks: {customer(answer), ticket(answer, form), "wrap-up"(), changed(form)} */
export function watchForms(root, hooks) {
  root.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-form]");
    if (form?.dataset.form === "ticket") narrowKinds(form, event.target);
    if (form) {
      keepDraft(form);
      hooks.changed?.(form);
    }
  });
  root.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter;
    const extra = button?.name ? { [button.name]: button.value } : {};
    const done = hooks[form.dataset.form];
    if (form.dataset.form === "wrap-up") {
      done();
      return;
    }
    const answer = await send(form, extra);
    if (answer) done(answer, form);
  });
}

function showKinds(form, chosen) {
  for (const group of findAll("[data-kinds-of]", form)) {
    show(group, group.dataset.kindsOf === chosen);
  }
}

/** The second row of kinds follows the first; choosing a kind sets its usual urgency. */
function narrowKinds(form, changed) {
  if (changed.name === "kind_class") {
    showKinds(form, changed.value);
    for (const radio of findAll("[data-kinds-of][hidden] input", form)) radio.checked = false;
  }
  if (changed.name === "kind" && changed.dataset.urgency) {
    const urgency = find(`[name=urgency][value="${changed.dataset.urgency}"]`, form);
    if (urgency) urgency.checked = true;
  }
}

export function ticketOpened(answer, form) {
  const line = el("div.note.note--ok", { role: "status" }, icon("circle-check"),
    el("p.grow", {}, text("ticket_made", { no: answer.ticket_no })),
    el("a.btn.btn--s", { href: answer.url, target: "_blank", rel: "noopener" }, text("look")));
  form.replaceWith(line);
  toast(text("ticket_made", { no: answer.ticket_no }));
}

/** Chooses the n-th result (1…9); false when there is no such result on the page. */
export function chooseResult(n) {
  const radio = findAll('form[data-form="wrap-up"] input[name=result]')[n - 1];
  if (!radio) return false;
  radio.checked = true;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}
