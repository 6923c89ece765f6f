// A ticket that was not finished when its call was over: opened again from the list of the idle
// desk, without a call. A call that comes goes before it; the draft stays where it was.

import { setText } from "../dom.js";
import { post } from "../http.js";
import { text } from "../texts.js";
import { forgetDraft } from "./forms.js";
import { say } from "./view_notice.js";

/**
 * options: {url(contactId): where a draft is thrown away, changed(): show what there is now,
 * left(contactId): it was put away}. Answers {contact, beside, close}.
 */
export function createUnfinished({ url, changed, left }) {
  let opened = null;

  function close() {
    const contact = opened;
    opened = null;
    changed();
    left(contact);
  }

  /** Thrown away at the second press: there is no way back. */
  async function discard(key) {
    const contact = opened;
    if (!key.dataset.sure) {
      key.dataset.sure = "1";
      setText(key, text("discard_sure"));
      return;
    }
    try {
      await post(url(contact));
    } catch (error) {
      say(error.said || text("not_sent"));
      return;
    }
    forgetDraft(contact, "ticket");
    close();
  }

  document.addEventListener("click", (event) => {
    const key = event.target.closest?.("[data-unfinished],[data-unfinished-do]");
    if (!key) return;
    if (key.dataset.unfinishedDo === "discard") discard(key);
    else if (key.dataset.unfinishedDo) close();
    else {
      opened = key.dataset.unfinished;
      changed();
    }
  });

  return {
    contact: () => opened,
    /** The contact to show: that of the call, else the one whose ticket is being finished. */
    beside(current) {
      if (current) opened = null;
      return current ?? opened;
    },
    close,
  };
}
