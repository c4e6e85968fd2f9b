// The side panel: people, chat, or none. Esc closes it and returns the focus to its button.
import { root, session } from "./session.js";

const names = ["people", "chat"];
const opened = new Map(names.map((name) => [name, []]));
const panel = (name) => document.getElementById(name);

export const isOpen = (name) => !panel(name).hidden;
export const whenOpened = (name, f) => opened.get(name).push(f);

export function open(name, focus = true) {
  for (const other of names) panel(other).hidden = other !== name;
  root.dataset.panel = name;
  draw();
  if (focus) panel(name).querySelector("h2").focus();
  for (const f of opened.get(name)) f();
}

export function close(name) {
  const inside = panel(name).contains(document.activeElement);
  panel(name).hidden = true;
  delete root.dataset.panel;
  draw();
  if (inside) document.querySelector(`[data-panel-toggle="${name}"]`)?.focus();
}

export const togglePanel = (name) => (isOpen(name) ? close(name) : open(name));

function draw() {
  for (const button of document.querySelectorAll("[data-panel-toggle]")) {
    button.setAttribute("aria-expanded", String(isOpen(button.dataset.panelToggle)));
  }
}

document.addEventListener("click", (event) => {
  const toggler = event.target.closest("[data-panel-toggle]");
  if (toggler) return togglePanel(toggler.dataset.panelToggle);
  const opener = event.target.closest("[data-open]");
  if (opener) return open(opener.dataset.open);
  const closer = event.target.closest("[data-panel-close]");
  if (closer) close(closer.closest(".panel").id);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog:modal, :popover-open")) return;
  const inside = event.target.closest?.(".panel");
  if (inside) close(inside.id);
});

// For hosts the list of people is open from the start in a wide window, so that they see the waiting room.
if (session.me.leads && document.documentElement.clientWidth >= 900) open("people", false);
