// The end of the wrap-up: whatever ends it takes the chosen result along.

import { find } from "../dom.js";
import { send } from "./forms.js";
import { modeOf } from "./state.js";

const RESULT_SAVED_MS = 1500;

/** options: {side, sent, state(), contact(), command(type, body)}; answers {finish, saveBeforeTimer}. */
export function createWrapUp({ side, sent, state, contact, command }) {
  let lateSaved = null;

  const formNow = () => find('form[data-form="wrap-up"]', side);

  /** Ends the wrap-up by `andThen`; without a result it says so and ends nothing. */
  async function finish(andThen = "finish_wrap_up", body = {}) {
    const form = formNow();
    const pending = contact();
    if (!form || lateSaved === pending) return command(andThen, body);
    const chosen = find("input[name=result]:checked", form);
    const answer = await sent.track(andThen, send(form, { finish: andThen, ...body }));
    if (answer) lateSaved = pending;
    else if (!chosen) form.scrollIntoView({ block: "nearest" });
    return Boolean(answer);
  }

  // The timer would store "no result" over a choice that was made but not sent.
  function saveBeforeTimer(now) {
    const { agent, offset } = state();
    if (modeOf(state()) !== "wrapping" || !agent.wrap_up_until || lateSaved === contact()) return;
    if (agent.wrap_up_until - (now + offset) > RESULT_SAVED_MS) return;
    const form = formNow();
    if (form && find("input[name=result]:checked", form)) finish();
  }

  return { finish, saveBeforeTimer };
}
