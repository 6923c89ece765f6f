// The live connection: WebSocket only. It carries news to the page and a heartbeat back; nothing
// that means business is ever sent here.

import { io } from "../../vendor/socket.io/socket.io.esm.min.js";

const DESK_ID_KEY = "clearline.desk";
const REFUSED_AGAIN_MS = 3000;
const GONE_MS = 400;

/**
 * This tab's own name. It survives a reload, so that a reload is not "another desk"; a copy of the
 * tab copies the name too, but not the lock on it, and then takes a name of its own.
 */
async function ownName() {
  const kept = sessionStorage.getItem(DESK_ID_KEY);
  if (kept && await hold(kept)) return kept;
  const made = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
  sessionStorage.setItem(DESK_ID_KEY, made);
  await hold(made);
  return made;
}

/** Whether the name is this tab's, from now on until the tab is gone. */
function hold(name) {
  if (!navigator.locks) return true;
  return new Promise((answer) => {
    // The page before a reload may need a moment to let go.
    navigator.locks.request(`clearline-desk-${name}`, { signal: AbortSignal.timeout(GONE_MS) },
      () => { answer(true); return new Promise(() => {}); }).catch(() => answer(false));
  });
}

const name = await ownName();

export const deskId = () => name;

/**
 * on: {up, down, closed, desk, refused, moved, owned, floor, notice}. The server beats every five seconds and the
 * page answers: its own timers sleep in a background tab, messages do not.
 */
export function connect(kind, on) {
  // A desk that is opened takes the phone; the floor leaves it where it is until somebody clicks.
  const auth = { kind, desk: deskId(), claim: kind === "desk" };
  const socket = io({
    transports: ["websocket"],
    auth,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  });
  socket.on("connect", () => {
    auth.claim = false; // from now on only a click takes the phone away from another desk
    on.up?.();
  });
  socket.on("disconnect", (reason) => {
    on.down?.();
    if (reason !== "io server disconnect") return;
    on.closed?.();
    location.reload(); // signed out elsewhere
  });
  socket.on("connect_error", (refusal) => {
    on.down?.();
    if (socket.active || refusal.message === "not allowed") return;
    // Refused, not lost: then the library does not try again by itself.
    if (refusal.message === "sign in first") location.reload();
    else setTimeout(() => socket.connect(), REFUSED_AGAIN_MS);
  });
  socket.on("beat", () => socket.emit("heartbeat"));
  for (const event of ["desk", "refused", "floor", "notice"]) {
    if (on[event]) socket.on(event, on[event]);
  }
  socket.on("phone_moved", (news) => {
    if (news.desk !== auth.desk) on.moved?.(news);
    else on.owned?.(news);
  });
  return {
    /** Make this desk the one whose phone rings. */
    takeOver() {
      auth.claim = true;
      socket.disconnect().connect();
    },
    /** After a sleep the connection may be dead without knowing. */
    reconnect: () => socket.disconnect().connect(),
    close: () => socket.close(),
  };
}
