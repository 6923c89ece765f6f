// Building and asking the page, without markup in strings: text never becomes HTML.

export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

const SVG = "http://www.w3.org/2000/svg";

/** el("p.s.t2", {title: "…"}, "text", child…): an element; null children are left out. */
export function el(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  setAttributes(node, attributes);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  setAttributes(node, attributes);
  node.append(...children);
  return node;
}

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
}

/** An icon of the sprite; the sprite's address stands on <use> elements that the server made. */
export function icon(name, extra = "") {
  const base = document.querySelector("svg use")?.getAttribute("href")?.split("#")[0] ?? "";
  return svg("svg", { class: `i ${extra}`.trim(), "aria-hidden": "true" },
    svg("use", { href: `${base}#i-${name}` }));
}

/** Changes text only when it differs, so that a selection or a screen reader is left in peace. */
export function setText(node, value) {
  if (node && node.textContent !== String(value)) node.textContent = value;
}

export function show(node, yes) {
  if (node) node.hidden = !yes;
}
