// What the person does at the desk: buttons and keys, both through the same table. A button sends a
// command and waits for the news; nothing is changed on the page by guessing.

import { find, findAll, show } from "../dom.js";
import { text } from "../texts.js";
import { chooseResult } from "./forms.js";
import { unlock } from "./ring.js";
import { allows, hasDeskPhone, modeOf } from "./state.js";
import { openPad, padIsOpen } from "./view_call.js";
import { say } from "./view_notice.js";

const DIAL_PATIENCE_MS = 8000;

/** Commands that a button or key sends as they are, with what the button carries. */
const BODY_OF = (button) => {
  const { reason, leg } = button.dataset;
  return { ...(reason ? { reason } : {}), ...(leg ? { leg } : {}) };
};

/**
 * desk: {state(), phone, audio, reach, center, side, command, signIn, startPhone, finish,
 * putNoticesAway, pickPremise, takeOver,
 * claimPhone, soundAllowed}. Answers {bindings, closeHelp, offer, settle}.
 */
export function createActions(desk) {
  const { phone, reach, command } = desk;
  const help = document.getElementById("help");
  const may = (action) => allows(desk.state(), action);
  let typed = "";
  let sending = null;
  let afterwards = null; // {target, until}: whom to call when the wrap-up is over

  const actions = {
    sign_in: desk.signIn,
    sign_out: () => command("sign_out"), // an offer may cross it: the phone stays until it is done
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
    claim_phone: desk.claimPhone,
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

  /**
   * A shown number was pressed; `what` is {phone_link_id} or {caller_of}, since the server knows the
   * number and the page does not. During a talk it offers what may be done with it; in the wrap-up
   * the result goes first, and the call is placed as soon as that is over.
   */
  async function dial(what, label) {
    const target = { kind: "outside", ...what };
    if (may("dial")) return command("dial", target);
    if (modeOf(desk.state()) === "wrapping") {
      afterwards = { target, until: Date.now() + DIAL_PATIENCE_MS };
      if (!await desk.finish()) afterwards = null;
      return true;
    }
    closeHelp();
    return reach.open("transfer", { what, label }) || reach.open("conference", { what, label });
  }

  /** A number from another page: shown to be confirmed, nothing is called or ended by a link. */
  function offer(what, label) {
    closeHelp();
    const purpose = ["dial", "transfer", "conference"].find((one) => reach.open(one, { what, label }));
    if (!purpose) say(text("dial_not_now"));
  }

  /** The state changed: a call that waited for the end of the wrap-up is placed now. */
  function settle() {
    if (!afterwards || modeOf(desk.state()) === "wrapping") return;
    const { target, until } = afterwards;
    afterwards = null; // an offer that came first is the next call; nothing is placed behind it
    if (Date.now() < until && may("dial")) command("dial", target);
  }

  function open(what) {
    unlock();
    if (what === "help") return openHelp();
    closeHelp();
    return reach.open(what);
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
      + "[data-dial-link],[data-dial-caller],[data-dial-agent],#pad-key");
    if (!target || target.disabled) return;
    const { dataset } = target;
    if (dataset.do) perform(dataset.do, BODY_OF(target));
    else if (dataset.open) open(dataset.open);
    else if (dataset.close) { reach.close(); closeHelp(); }
    else if (dataset.digit) sendDigits(dataset.digit);
    else if (dataset.premise) desk.pickPremise(dataset.premise);
    else if (dataset.helpReason) find("#help-reason").value = dataset.helpReason;
    else if (dataset.dialLink) dial({ phone_link_id: Number(dataset.dialLink) }, dataset.number);
    else if (dataset.dialCaller) dial({ caller_of: dataset.dialCaller }, dataset.number);
    else if (dataset.dialAgent) perform("dial", { kind: "agent", value: dataset.dialAgent });
    else openPad();
  });

  /** A digit while the pad is open; otherwise the key means something else. */
  function tone(digits) {
    return padIsOpen() && sendDigits(digits) ? "again" : false;
  }

  /** In the order they were pressed: two requests on the way may overtake each other. */
  function sendDigits(digits) {
    if (!may("send_digits")) return false;
    typed += digits;
    if (!sending) sending = sendTyped().finally(() => { sending = null; });
    return true;
  }

  async function sendTyped() {
    while (typed) {
      const digits = typed;
      typed = "";
      await command("send_digits", { digits });
    }
  }

  function closePad() {
    if (!padIsOpen()) return false;
    openPad(false);
    return true;
  }

  /** To the keys of those who are on the call too: muting, removing, switching. */
  function toOthers() {
    const key = find("#second:not([hidden]) button");
    key?.focus();
    return Boolean(key);
  }

  function turnMenu(id) {
    const menu = document.getElementById(id);
    menu.open = !menu.open;
    if (menu.open) find("button:not([disabled])", menu)?.focus();
    return true;
  }

  const first = (...names) => () => names.some((name) => perform(name));

  /** A key that can do nothing now says so: silence would be pressed again. */
  const told = (run) => () => {
    if (run()) return true;
    const atThePhone = run === answer && modeOf(desk.state()) === "ringing";
    say(text(atThePhone && hasDeskPhone(desk.state()) ? "pick_up_phone" : "key_not_now"));
    return "again"; // it was no press that a second one could repeat
  };
  const answer = first("answer");

  const bindings = {
    F1: told(openHelp),
    F2: told(answer),
    "Shift+F2": told(first("reject", "hang_up")),
    F4: told(first("hold", "resume")),
    F8: told(first("mute", "unmute")),
    "Shift+F8": told(first("pause_recording", "resume_recording")),
    "Alt+V": told(first("start_recording", "stop_recording")),
    F9: told(() => perform("complete_transfer") || open("transfer")),
    "Shift+F9": told(() => perform("merge") || open("conference")),
    F10: told(first("finish_wrap_up")),
    "Alt+Y": told(first("extend_wrap_up")),
    "Alt+N": told(() => may("stay_not_ready") && turnMenu("after-menu")),
    "Alt+W": told(first("swap")),
    "Alt+C": told(first("cancel_consult")),
    "Alt+X": told(first("end_conference")),
    "Alt+G": told(() => toOthers()),
    "Alt+R": told(first("ready")),
    "Alt+M": () => desk.putNoticesAway(),
    "Alt+S": () => turnMenu("state-menu"),
    "Alt+D": told(() => {
      if (!may("send_digits")) return may("dial") && open("dial");
      openPad();
      return true;
    }),
    "Ctrl+Enter": () => {
      const form = find('form[data-form="ticket"]', desk.side);
      if (!form || form.closest("[hidden]")) return false;
      form.requestSubmit();
      return true;
    },
    Escape: () => closePad() || reach.close() || closeHelp(),
  };
  for (let n = 1; n <= 9; n += 1) {
    bindings[n] = () => tone(String(n)) || (["talking", "held", "wrapping"].includes(
      modeOf(desk.state())) ? chooseResult(n) : false);
  }
  // The signs have a key of their own, or stand over 8 and 3.
  for (const [key, digit] of [["0", "0"], ["*", "*"], ["#", "#"], ["Shift+*", "*"], ["Shift+#", "#"],
    ["Shift+8", "*"], ["Shift+3", "#"]]) {
    bindings[key] = () => tone(digit);
  }
  for (let n = 2; n <= 6; n += 1) { // four people at most, then somebody else
    bindings[`Alt+${n}`] = () => {
      const choice = findAll("[name=who]", desk.center)[n - 2];
      if (!choice) return false;
      choice.click();
      return true;
    };
  }
  return { bindings, closeHelp, offer, settle };
}
