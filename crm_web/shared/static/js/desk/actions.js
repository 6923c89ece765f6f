// What the person does at the desk: buttons and keys, both through the same table. A button sends a
// command and waits for the news; nothing is changed on the page by guessing.

import { find, findAll, show } from "../dom.js";
import { chooseResult } from "./forms.js";
import { unlock } from "./ring.js";
import { allows, modeOf } from "./state.js";
import { openPad } from "./view_call.js";

/** Commands that a button or key sends as they are, with what the button carries. */
const BODY_OF = (button) => {
  const { reason, leg } = button.dataset;
  return { ...(reason ? { reason } : {}), ...(leg ? { leg } : {}) };
};

/**
 * desk: {state(), phone, audio, reach, center, side, command, signIn, startPhone, finish,
 * putNoticesAway, pickPremise, takeOver, soundAllowed}. Answers {bindings, perform, closeHelp}.
 */
export function createActions(desk) {
  const { phone, reach, command } = desk;
  const help = document.getElementById("help");
  const may = (action) => allows(desk.state(), action);

  const actions = {
    sign_in: desk.signIn,
    sign_out: async () => { if (await command("sign_out")) phone.stop(); },
    start_phone: desk.startPhone,
    answer: () => phone.answer(),
    reject: () => {
      // A leg that we were called in with may be nobody's to command: then the phone says no.
      if (desk.state().call?.allowed?.includes("reject")) command("reject");
      else phone.reject();
    },
    finish_wrap_up: () => desk.finish(),
    ready: (body) => afterCall("ready", body),
    not_ready: (body) => afterCall("not_ready", body),
    take_over: desk.takeOver,
    play_sound: () => { desk.audio.play(); desk.soundAllowed(); },
  };
  const GUARDED = ["answer", "reject", "finish_wrap_up", "ready", "not_ready", "sign_in",
    "sign_out"];

  /** Choosing a state ends the wrap-up: then the result goes along. */
  function afterCall(action, body) {
    if (modeOf(desk.state()) === "wrapping") desk.finish(action, body);
    else command(action, body);
  }

  function perform(action, body = {}) {
    unlock();
    if (actions[action]) {
      if (GUARDED.includes(action) && !may(action)) return false;
      actions[action](body);
      return true;
    }
    if (!may(action)) return false;
    command(action, body);
    return true;
  }

  function openHelp() {
    if (!help.hidden) return closeHelp();
    if (!may("ask_help")) return false;
    reach.close();
    show(help, true);
    find("#help-reason").focus();
    return true;
  }

  function closeHelp() {
    if (help.hidden) return false;
    show(help, false);
    return true;
  }

  /** what: {phone_link_id} or {caller_of}: the server knows the number, the page does not. */
  function dial(what) {
    if (!may("dial")) return false;
    return command("dial", { kind: "outside", ...what });
  }

  function open(what) {
    unlock();
    if (what === "help") return openHelp();
    closeHelp();
    reach.open(what);
    return true;
  }

  find("#help-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = find("#help-reason");
    if (perform("ask_help", { reason: reason.value.trim() })) {
      reason.value = "";
      closeHelp();
    }
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.(
      "[data-do],[data-open],[data-close],[data-digit],[data-premise],[data-help-reason],"
      + "[data-dial-link],[data-dial-caller],#pad-key");
    if (!target || target.disabled) return;
    const { dataset } = target;
    if (dataset.do) {
      perform(dataset.do, BODY_OF(target));
      target.closest("#after-menu")?.removeAttribute("open");
    }
    else if (dataset.open) open(dataset.open);
    else if (dataset.close) { reach.close(); closeHelp(); }
    else if (dataset.digit) perform("send_digits", { digits: dataset.digit });
    else if (dataset.premise) desk.pickPremise(dataset.premise);
    else if (dataset.helpReason) find("#help-reason").value = dataset.helpReason;
    else if (dataset.dialLink) dial({ phone_link_id: Number(dataset.dialLink) });
    else if (dataset.dialCaller) dial({ caller_of: dataset.dialCaller });
    else openPad();
  });

  function turnMenu(id) {
    const menu = document.getElementById(id);
    menu.open = !menu.open;
    if (menu.open) find("button:not([disabled])", menu)?.focus();
    return true;
  }

  const first = (...names) => () => names.some((name) => perform(name));

  const bindings = {
    F1: () => openHelp() || true,
    F2: () => perform("answer"),
    "Shift+F2": first("reject", "hang_up"),
    F4: first("hold", "resume"),
    F8: first("mute", "unmute"),
    "Shift+F8": first("pause_recording", "resume_recording"),
    "Alt+V": first("start_recording", "stop_recording"),
    F9: () => perform("complete_transfer") || open("transfer"),
    "Shift+F9": () => perform("merge") || open("conference"),
    F10: () => perform("finish_wrap_up"),
    "Alt+W": () => perform("swap"),
    "Alt+C": () => perform("cancel_consult"),
    "Alt+X": () => perform("end_conference"),
    "Alt+R": () => perform("ready"),
    "Alt+M": () => desk.putNoticesAway(),
    "Alt+S": () => turnMenu("state-menu"),
    "Alt+N": () => may("stay_not_ready") && turnMenu("after-menu"),
    "Shift+F10": () => perform("extend_wrap_up"),
    "Alt+D": () => {
      if (may("send_digits")) openPad();
      else if (may("dial")) open("dial");
      else return false;
      return true;
    },
    "Ctrl+Enter": () => {
      const form = find('form[data-form="ticket"]', desk.side);
      if (!form || form.closest("[hidden]")) return false;
      form.requestSubmit();
      return true;
    },
    Escape: () => reach.close() || closeHelp(),
  };
  for (let n = 1; n <= 9; n += 1) {
    bindings[n] = () => (["talking", "held", "wrapping"].includes(modeOf(desk.state()))
      ? chooseResult(n) : false);
  }
  for (let n = 2; n <= 5; n += 1) {
    bindings[`Alt+${n}`] = () => {
      const choice = findAll("[name=who]", desk.center)[n - 2];
      if (!choice) return false;
      choice.click();
      return true;
    };
  }
  return { bindings, perform, dial, closeHelp };
}
