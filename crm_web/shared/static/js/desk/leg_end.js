// The end of a leg is the switch's; the page ends one only that was forgotten.

import { legIsOver, wantsLeg } from "./state.js";

/** For so long the switch may take. A page that were quicker would end, with its own, the leg of a
 * supervisor who is just taking its place. */
const LEG_ENDS_MS = 2000;

/** Let a leg go whose call is over; `now()` gives the state of that moment. */
export function endLeg(before, now, phone) {
  if (!legIsOver(before, now())) return;
  setTimeout(() => { if (!wantsLeg(now())) phone?.end(); }, LEG_ENDS_MS);
}
