// One tick for all clocks of the page, and how durations are written.

import { table } from "../texts.js";

const TICK_MS = 250;

/** 03:26 while counting; 1:03:26 from an hour on. Negative counts as nothing. */
export function clock(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** 0:41 as read in a legend. */
export function short(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** 09:40:25 on the site's clock, as everywhere on the page. */
export function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString("zh-CN", { hour12: false, timeZone: table("me").time_zone });
}

const SLEPT_MS = 90000; // hidden tabs still tick once a minute

/** Calls `run` when the clock jumped: the machine slept. */
export function watchSleep(run) {
  let last = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - last > SLEPT_MS) run();
    last = now;
  }, 5000);
}

/** Calls every function added, four times a second, with our clock in ms. */
export function startTicking(run) {
  const tick = () => run(Date.now());
  const timer = setInterval(tick, TICK_MS);
  tick();
  return () => clearInterval(timer);
}
