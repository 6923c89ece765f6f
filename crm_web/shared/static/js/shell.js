// What works on every page: theme, language, menus, dialogs, the search key.

import { find, findAll } from "./dom.js";
import { watchDialLinks } from "./desk_dial.js";
import { fadeServerToasts } from "./toast.js";

const YEAR_S = 365 * 24 * 3600;

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`;
}

function switchTheme() {
  const root = document.documentElement;
  const systemDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme || (systemDark ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  remember("clearline_theme", root.dataset.theme);
  document.dispatchEvent(new CustomEvent("theme-changed"));
}

function typing(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  if (target.closest("[data-theme-switch]")) switchTheme();
  const language = target.closest("[data-lang-switch]");
  if (language) {
    remember("clearline_lang", language.dataset.langSwitch);
    location.reload();
  }
  const opener = target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  for (const menu of findAll("details.menu[open]")) {
    if (!menu.contains(target) || target.closest(".menu__i")) menu.open = false;
  }
});

// A form in a dialog that was refused comes back open, with what was typed.
for (const dialog of findAll("dialog[data-open-now]")) dialog.showModal();

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = find("details.menu[open]");
    if (open) { open.open = false; find("summary", open)?.focus(); }
  }
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
    const finder = document.getElementById("finder");
    if (finder) { event.preventDefault(); finder.focus(); finder.select(); }
  }
  if (event.key === "?" && !typing(event.target)) {
    const help = document.getElementById("keys-help");
    if (help && !help.open) { event.preventDefault(); help.showModal(); }
  }
});

fadeServerToasts();
watchDialLinks();
