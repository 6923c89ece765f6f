// What the supervisor does to calls and desks: buttons and keys of the floor page.

import { el, find, findAll, icon, setText } from "../dom.js";
import { isTyping, listen } from "../desk/keys.js";
import { unlock } from "../desk/ring.js";
import { post, RequestFailed } from "../http.js";
import { table, text } from "../texts.js";
import { toast } from "../toast.js";
import { seatOf } from "./duty.js";
import { helpsOf } from "./helps.js";

const urls = table("urls");

const seatAt = (node) => ({ target: node.dataset.target ?? "", contact: node.dataset.contact ?? "",
  ...("named" in node.dataset ? { named: node.dataset.named } : {}) });
const seatOfAgent = (agent) => ({ target: agent.agent_no, contact: agent.call?.contact_id ?? "" });

/** page: {act(action, seat, reply), releaseUnserved(contact), chair, name(no), agents(), chosen()}; a seat is {target, contact}:
 * the agent and the call that was shown when the button was pressed, or an act could hit the next. */
export function watchActions({ act, releaseUnserved, chair, name, agents, chosen }) {
  const release = document.getElementById("release");

  /** One click on a call: listen in a mode, take over, stop; releasing asks first. */
  function onCall(action, seat, helps = false) {
    if (["monitor", "whisper", "barge_in"].includes(action)) chair.listen(action, seat, { helps });
    else if (action === "take_over") chair.takeOver(seat, helps);
    else if (action === "forced_release") {
      setText(find("[data-name]", release), seat.named ?? name(seat.target));
      Object.assign(release.dataset, { target: seat.target, contact: seat.contact });
      release.returnValue = "";
      release.showModal();
    } else act(action, seat);
  }

  release.addEventListener("close", () => {
    if (release.returnValue !== "release") return;
    const seat = seatAt(release);
    if (seat.target) act("forced_release", seat);
    else releaseUnserved(seat.contact);
  });

  function writeTo(target) {
    const form = find(`[data-reply="${CSS.escape(target)}"]`);
    if (!form) return false;
    form.hidden = false;
    form.elements.reply.focus();
    return true;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-reply]");
    if (!form) return;
    event.preventDefault();
    const reply = form.elements.reply.value.trim();
    const seat = { target: form.dataset.reply, contact: form.dataset.contact };
    if (reply && await act("answer_help", seat, reply)) {
      form.reset();
      form.hidden = true;
      document.activeElement?.blur();
      toast(text("reply_sent"));
    }
  });

  document.getElementById("notice-form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const key = find("[type=submit]", form);
    if (key.disabled) return; // on its way
    key.disabled = true;
    for (const node of findAll("[data-error]", form)) node.remove();
    try {
      const { reached } = await post(urls.notices, { to: form.elements.to.value,
        text: form.elements.text.value, urgent: form.elements.urgent.checked });
      form.elements.text.value = "";
      form.elements.urgent.checked = false;
      toast(reached ? text("notice_reached", { n: reached }) : text("notice_kept"));
    } catch (error) {
      form.prepend(el("p.s.danger.row", { "data-error": "", role: "alert" }, icon("alert-circle"),
        (error instanceof RequestFailed && error.said) || text("not_sent")));
    } finally {
      key.disabled = false;
    }
  });

  document.addEventListener("click", (event) => {
    unlock();
    const call = event.target.closest?.("[data-call]");
    if (call && !call.disabled) {
      onCall(call.dataset.call, seatAt(call), Boolean(call.dataset.helps));
    }
    const write = event.target.closest?.("[data-write]");
    if (write) writeTo(write.dataset.write);
  });

  /** Alt+1…4: the call that we listen to, else the chosen agent's, else the first that needs help. */
  function seat() {
    const duty = chair.duty();
    if (duty.kind === "listening") return seatOf(duty);
    const no = chosen() ?? helpsOf(agents())[0]?.agent_no;
    const agent = agents().find((one) => one.agent_no === no);
    return agent ? seatOfAgent(agent) : null;
  }

  const onTarget = (action) => () => {
    const found = seat();
    if (!found || !table("may")[action]) return false;
    onCall(action, found, true);
    return true;
  };
  const onFirstHelp = (run) => () => {
    const first = helpsOf(agents())[0];
    return first ? run(seatOfAgent(first)) !== false : false;
  };

  listen({
    "Alt+1": onTarget("monitor"),
    "Alt+2": onTarget("whisper"),
    "Alt+3": onTarget("barge_in"),
    "Alt+4": onTarget("take_over"),
    1: onFirstHelp((first) => onCall("whisper", first, true)),
    2: onFirstHelp((first) => writeTo(first.target)),
    3: onFirstHelp((first) => onCall("take_over", first, true)),
    "Alt+M": () => {
      const field = find("#notice-form [name=text]");
      field?.focus();
      return Boolean(field);
    },
    F2: () => chair.answer(),
    "Shift+F2": () => chair.hangUp(),
    Escape: (event) => {
      const duty = chair.duty();
      if (find("dialog[open]") || isTyping(event.target)) return false;
      if (duty.kind !== "listening") return false;
      act("stop_monitor", seatOf(duty));
      return true;
    },
  });
}
