// Messages of supervisors: they come by the live connection, wait for those who were away, and
// stay on the desk until they are put away.

import { el, icon, show } from "../dom.js";
import { get, post } from "../http.js";
import { text } from "../texts.js";
import { timeOfDay } from "./timers.js";

/** options: {url, seenUrl}; answers {fetch, add, putAway}. */
export function createNotices({ url, seenUrl }) {
  let notices = [];

  const draw = () => render(notices, putAway);

  async function fetch() {
    try {
      ({ notices } = await get(url));
      draw();
    } catch { /* they come with the next connection */ }
  }

  async function putAway() {
    const newest = notices.at(-1);
    if (!newest) return false;
    notices = [];
    draw();
    try {
      await post(seenUrl, { id: newest.id });
    } catch { /* they show again after a reload, which is no harm */ }
    return true;
  }

  return {
    fetch,
    putAway,
    add(notice) {
      notices = [...notices.filter((one) => one.id !== notice.id), notice];
      draw();
    },
  };
}

/** Messages of supervisors in the left column, all of them: putting away marks all as read. */
function render(notices, putAway) {
  const box = document.getElementById("notices");
  show(box, notices.length > 0);
  box.replaceChildren(...notices.toReversed().map((notice) => el(
    `div.note.note--${notice.urgent ? "danger" : "acc"}.notice`, { "data-notice": notice.id },
    icon("speakerphone"),
    el("div.grow", {},
      el("p.note__t", {}, text("notice_from", { name: notice.by, time: timeOfDay(notice.at) })),
      el("p", {}, notice.text)))));
  if (!notices.length) return;
  const button = el("button.btn.btn--s", { type: "button" }, text("notice_seen"),
    el("kbd.kbd.hide-s", {}, "Alt M"));
  button.addEventListener("click", putAway);
  box.append(el("div.row.notice__end", {}, button));
}
