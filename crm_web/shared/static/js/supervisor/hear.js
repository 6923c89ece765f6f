// Who hears whom: a drawing of the three on the line, one per mode.

import { svg } from "../dom.js";
import { text } from "../texts.js";

const at = { you: [54, 58], agent: [160, 58], citizen: [266, 58] };

function person(place, name, me = false) {
  const [x, y] = at[place];
  const words = svg("text", { class: me ? "inv" : null, x, y: y + 5 });
  words.textContent = name.slice(0, 4);
  return [svg("circle", { class: me ? "n me" : "n", cx: x, cy: y, r: 28 }), words];
}

function label(x, y, words, no = false) {
  const node = svg("text", { class: no ? "lbl no" : "lbl", x, y });
  node.textContent = words;
  return node;
}

const path = (d, cls = "on") => svg("path", { class: cls, d });
const RIGHT = (x) => path(`M${x - 8} 52l8 6-8 6`);
const LEFT = (x) => path(`M${x + 8} 52l-8 6 8 6`);

/** An <svg> for a mode: monitor, whisper or barge_in. */
export function drawHearing(mode, name) {
  const box = svg("svg", { class: "hear", viewBox: "0 0 320 132", role: "img",
    "aria-label": text(`hear_${mode}`, { name }) });
  const toAgent = mode !== "monitor";
  box.append(path("M82 58H132"), toAgent ? RIGHT(132) : LEFT(82));
  if (mode === "barge_in") box.append(LEFT(82));
  box.append(path("M188 58H238"), RIGHT(238), LEFT(188));
  if (mode === "barge_in") {
    box.append(path("M54 86C80 122 240 122 266 86"), label(160, 128, text("hears_you")));
  } else {
    box.append(path("M54 86C80 122 240 122 266 86", "off"),
      svg("circle", { class: "n", cx: 160, cy: 113, r: 11 }),
      path("M155.5 108.5l9 9M164.5 108.5l-9 9", "x"), label(214, 128, text("not_hears"), true));
  }
  box.append(...person("you", text("you"), true), ...person("agent", name),
    ...person("citizen", text("citizen")));
  box.append(label(107, 44, text(toAgent ? "hears_you" : "you_hear")),
    label(213, 44, text("talking")));
  return box;
}
