// Recording players: the wave from the server's outline, the sound by ranges as it is needed.

import WaveSurfer from "/static/vendor/wavesurfer/wavesurfer.esm.js";
import { find, findAll, setText, show } from "/static/js/dom.js";
import { get } from "/static/js/http.js";
import { text } from "/static/js/texts.js";

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
};

/** The outline, or a flat line: a recording can be heard before its wave is computed. */
async function outline(address) {
  try {
    return (await get(address)).peaks;
  } catch {
    return [[0, 0]];
  }
}

async function start(player) {
  const { recording, peaks, ms, nonce } = player.dataset;
  const style = getComputedStyle(document.documentElement);
  const channels = await outline(peaks);
  const wave = WaveSurfer.create({
    container: find(".player__wave", player),
    url: recording,
    peaks: channels,
    duration: Number(ms) / 1000,
    media: Object.assign(new Audio(), { preload: "none" }), // opening the page is not listening
    height: channels.length > 1 ? 24 : 48,
    splitChannels: channels.length > 1 ? channels.map(() => ({})) : undefined,
    waveColor: style.getPropertyValue("--line-ctl").trim(),
    progressColor: style.getPropertyValue("--accent-solid").trim(),
    cursorColor: style.getPropertyValue("--ink").trim(),
    barWidth: 2,
    barGap: 1,
    normalize: true,
    cspNonce: nonce,
  });
  const button = find("[data-play]", player);
  const paint = () => {
    const playing = wave.isPlaying();
    show(find('[data-when="paused"]', button), !playing);
    show(find('[data-when="playing"]', button), playing);
    button.setAttribute("aria-label", text(playing ? "pause" : "play"));
  };
  const total = clock(Number(ms) / 1000);
  wave.on("timeupdate", (at) => setText(find("[data-clock]", player), `${clock(at)} / ${total}`));
  for (const event of ["play", "pause", "finish"]) wave.on(event, paint);
  wave.on("error", () => setText(find("[data-clock]", player), text("failed")));
  button.addEventListener("click", () => wave.playPause());
  const speed = find("[data-speed]", player.parentElement);
  speed?.addEventListener("change", () => wave.setPlaybackRate(Number(speed.value), true));
  player.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") wave.skip(-5);
    if (event.key === "ArrowRight") wave.skip(5);
  });
}

findAll(".player[data-recording]").forEach(start);
