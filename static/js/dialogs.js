// A dialog[data-modal] that the server renders open becomes modal, so that focus stays inside.
// [data-dialog-open=ID] opens a dialog, [data-dialog-close] closes it. Esc follows its [data-dismiss] link, if there is one.
// Focus returns to the element that opened a server-rendered dialog, also after the dialog's form was sent.
import { now } from "./ready.js";

let opener;
let sent;

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement, sourceEvent } = event.detail.ctx;
  const source = sourceEvent?.submitter ?? sourceElement;
  sent = source.closest("dialog") !== null;
  if (!source.closest("dialog, #live")) opener = source.closest("details.menu")?.querySelector("summary") ?? source;
});

// Runs before htmx moves the focus: a dialog doesn't receive Esc until it is modal.
document.addEventListener("htmx:before:settle", trap);

document.addEventListener("close", (event) => {
  if (event.target.dataset.still === undefined || event.target.returnValue || !opener) return;
  setTimeout(() => document.activeElement === document.body && now(opener)?.focus()); // unless the browser or the user moved the focus
}, true);

/** Returns the focus if the response to a dialog's form closed it. */
export function restore() {
  if (!sent || !opener || document.activeElement !== document.body || document.querySelector("dialog:modal")) return;
  sent = false;
  now(opener)?.focus({ preventScroll: true });
}

export function trap() {
  for (const dialog of document.querySelectorAll("dialog[data-modal][open]")) {
    if (dialog.matches(":modal")) continue;
    dialog.dataset.still = ""; // already visible: skip the opening animation
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
