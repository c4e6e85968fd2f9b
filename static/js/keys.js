// Keyboard shortcuts, which later/shortcuts.js lists: j and k (or arrows in a row) move through the rows of table[data-rows] or the
// details, x selects a row, b focuses the bulk actions, / focuses the search field [data-search], arrow down moves from there to the
// rows, Ctrl K opens [data-find], ? opens [data-shortcuts], Esc leaves the filters, follows [data-close-on-esc] and clears a selection.
import { typing } from "./ready.js";

const selection = '[data-bulk]:not([data-count="0"])';
const rows = () => [...document.querySelectorAll("table[data-rows] tbody a[data-row]")];

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    if (press("[data-find]")) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog:modal, :popover-open")) return;
  if (event.key === "Escape") {
    if (event.target.matches?.("[role=search] select")) event.target.blur();
    else if (!typing(event.target) && (press("[data-close-on-esc]") || press(`${selection} [data-select-clear]`))) event.preventDefault();
    return;
  }
  if (event.key === "ArrowDown" && event.target.matches?.("[data-search]") && rows().length > 0) {
    event.preventDefault();
    rows()[0].focus();
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "/") {
    const field = document.querySelector("[data-search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "x") {
    event.target.closest?.("table[data-rows] tr")?.querySelector("input[data-select]")?.click();
  } else if (event.key === "b") {
    document.querySelector(selection)?.querySelector("button:not([hidden]), a[href]")?.focus();
  } else if (event.key === "?") {
    if (press("[data-shortcuts]")) event.preventDefault();
  } else {
    move(event);
  }
});

function press(selector) {
  const target = document.querySelector(selector);
  target?.click();
  return target !== null;
}

function move(event) {
  const row = event.target.closest?.("table[data-rows] tbody tr");
  const arrow = row !== null && row !== undefined;
  const by = event.key === "j" || (arrow && event.key === "ArrowDown") ? 1 : event.key === "k" || (arrow && event.key === "ArrowUp") ? -1 : 0;
  if (by === 0) return;
  if (event.target.closest?.("#details")) return press(`#details [rel=${by > 0 ? "next" : "prev"}]`);
  const links = rows();
  if (links.length === 0) return;
  event.preventDefault();
  const at = links.findIndex((link) => (row ? row.contains(link) : link.ariaCurrent));
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1);
  links[next].focus();
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-shortcuts]")) (await import("./later/shortcuts.js")).open();
});
