// Details keep their scroll position and the focus when an action replaces them. If what was pressed is gone, the focus moves
// to what took its place.
import { now } from "./ready.js";

let pressed;
let at; // its position among the controls
let scroll;
let opened; // the details of a row: beside them, the list may wrap and move it away

const details = () => document.querySelector("#details:not([hidden])");
const controls = () => [...(details()?.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea") ?? [])];

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement, sourceEvent, target, request } = event.detail.ctx;
  opened = false;
  if (sourceElement.closest("dialog, #toasts")) return; // a control of the details opened the dialog
  const focused = document.activeElement;
  const control = sourceElement.contains(focused) ? focused : sourceEvent?.submitter ?? sourceElement;
  const opens = target?.id === "details" && request.method === "GET"; // other details, or none
  opened = opens;
  pressed = !opens && control.closest("#details") ? control : undefined;
  at = controls().indexOf(pressed);
});

document.addEventListener("htmx:before:swap", () => {
  if (pressed?.isConnected) scroll = details()?.scrollTop;
});

/** Restores what an action in the details would lose, or shows the row whose details were opened. */
export function keep() {
  if (opened) document.querySelector("tr[data-current]")?.scrollIntoView({ block: "nearest" });
  if (!pressed || pressed.isConnected || !details()) return;
  details().scrollTop = scroll ?? 0;
  if (document.activeElement !== document.body || document.querySelector("dialog:modal")) return;
  const again = now(pressed);
  const next = again?.closest("#details") ? again : controls()[Math.min(at, controls().length - 1)];
  next?.focus({ preventScroll: true });
  pressed = undefined;
}
