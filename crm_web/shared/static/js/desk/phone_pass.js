// What the page's phone registers with: taken when it starts, given back when the agent has signed
// out. Not when that was asked for: it may be refused, and the phone must stay valid.

import { post } from "../http.js";

/** urls: {take, end}; `desk` names this tab. Answers {take, giveBack}. */
export function createPass(urls, desk) {
  let sid = "";

  return {
    async take() {
      const made = await post(urls.take, { desk });
      sid = made.sid;
      return made;
    },
    giveBack() {
      if (sid) post(urls.end, { sid }).catch(() => {}); // else they end by their time
      sid = "";
    },
  };
}
