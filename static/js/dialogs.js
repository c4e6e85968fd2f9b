// dialog[data-modal] that the server sent open becomes a modal one, so that focus stays inside.
// [data-dialog-open=ID] opens, [data-dialog-close] closes. Esc follows the dialog's [data-dismiss] link, if it has one.
// What had the focus before a dialog came from the server gets it back when that closes.
import { now } from "./ready.js";

let opener;

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement, sourceEvent } = event.detail.ctx;
  const source = sourceEvent?.submitter ?? sourceElement;
  if (!source.closest("dialog, #live")) opener = source;
});

// Before htmx gives the focus to what asks for it: until it is modal, a dialog does not hear Esc.
document.addEventListener("htmx:before:settle", trap);

document.addEventListener("close", (event) => {
  if (event.target.dataset.still === undefined || event.target.returnValue || !opener) return;
  setTimeout(() => document.activeElement === document.body && now(opener)?.focus()); // unless the browser did, or the person went on
}, true);

export function trap() {
  for (const dialog of document.querySelectorAll("dialog[data-modal][open]")) {
    if (dialog.matches(":modal")) continue;
    dialog.dataset.still = ""; // it is on the screen already: no second entrance
    dialog.open = false;
    dialog.showModal();
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (!dialog) return;
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
  }
});

document.addEventListener("cancel", (event) => {
  const link = event.target.querySelector?.("a[data-dismiss]");
  if (!link || event.target.tagName !== "DIALOG") return;
  event.preventDefault();
  link.click();
}, true);
