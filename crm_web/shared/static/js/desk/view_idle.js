// The card on the left while no call is on the desk: what I am now, what I can do about it.

import { find, findAll, setText, show } from "../dom.js";
import { table, text } from "../texts.js";
import { allows, modeOf } from "./state.js";
import { stateWord } from "./view_bar.js";

const HINTS = {
  loading: "hint_loading",
  off: "hint_off",
  listening: "hint_listening",
  ready: "hint_ready",
  not_ready: "hint_not_ready",
  unreachable: "hint_unreachable",
};

export function renderIdle(state, phone) {
  const mode = modeOf(state);
  const card = document.getElementById("card");
  const aside = renderMissed(state, mode);
  const on = ["loading", "off", "idle", "listening"].includes(mode) && !aside;
  show(card, on);
  if (!on) return;
  const name = mode === "idle" ? state.agent.state : mode;
  setText(find("[data-word]", card), stateWord(state));
  setText(find("[data-hint]", card), text(HINTS[name] ?? "hint_not_ready"));
  for (const button of findAll("[data-do]", card)) {
    show(button, allows(state, button.dataset.do));
    if (button.dataset.do === "sign_in") button.disabled = phone === "asking_microphone";
  }
}

/** True when the missed call has set the agent aside: then its panel says what to do. */
function renderMissed(state, mode) {
  const panel = document.getElementById("missed");
  const missed = mode === "idle" ? state.agent?.missed : null;
  show(panel, Boolean(missed));
  if (!missed) return false;
  setText(find("[data-text]", panel), table("missed")[missed.result] ?? text("missed_other"));
  setText(find("[data-number]", panel), table("staff")[missed.caller_masked] ?? missed.caller_masked ?? "");
  const aside = ["no_answer", "rejected", "unreachable"].includes(state.agent.reason);
  show(find("[data-aside]", panel), aside);
  for (const button of findAll("[data-do]", panel)) button.disabled = !allows(state, button.dataset.do);
  return aside;
}
