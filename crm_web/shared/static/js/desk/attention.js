// A call that rings behind another window: the title of the tab and a note of the system say so.

import { text } from "../texts.js";
import { modeOf } from "./state.js";

const baseTitle = document.title;
let notified = null;

export function callForAttention(state, caller) {
  const ringing = modeOf(state) === "ringing";
  const title = ringing ? `${text("title_ringing")} ${caller}` : baseTitle;
  if (document.title !== title) document.title = title;
  if (!ringing || notified === state.call?.contact_id) return;
  notified = state.call?.contact_id;
  if (!document.hidden || globalThis.Notification?.permission !== "granted") return;
  const note = new Notification(text("title_ringing"), { body: caller, tag: "ring" });
  note.onclick = () => { focus(); note.close(); };
}
