// A number on any page: it is put into the desk that is open in this browser, else a desk is opened
// with it. Nothing is called by a link alone: the agent confirms at the desk.

import { toast } from "./toast.js";

const CHANNEL = "clearline-dial";
const ANSWER_MS = 300;

/** At the desk that has the phone (`isMine()`): `take(query)` gets what was pressed elsewhere. */
export function listenForNumbers(isMine, take) {
  if (!globalThis.BroadcastChannel) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => {
    if (!data.query || !isMine()) return;
    channel.postMessage({ taken: true });
    take(data.query);
  };
}

/** On every other page: links to the desk with a number. */
export function watchDialLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-desk-dial]");
    if (!link || !globalThis.BroadcastChannel || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const channel = new BroadcastChannel(CHANNEL);
    const none = setTimeout(() => { location.href = link.href; }, ANSWER_MS);
    channel.onmessage = ({ data }) => {
      if (!data.taken) return;
      clearTimeout(none);
      channel.close();
      toast(link.dataset.deskDial);
    };
    channel.postMessage({ query: new URL(link.href).search });
  });
}
