// Toasts disappear after six seconds, unless hovered or focused. They move into an open modal
// dialog, because screen readers ignore what is outside.
import { explain, ours } from "./outage.js";

const life = 6000;
const clocks = new WeakMap();
const region = document.getElementById("toasts");
const home = region?.parentNode;
let lost = false; // the focus, with a toast

export function start() {
  if (lost && document.activeElement === document.body) (document.getElementById("details-title") ?? document.getElementById("main"))?.focus({ preventScroll: true });
  lost = false;
  for (const toast of document.querySelectorAll(".toast-ours")) {
    if (!clocks.has(toast)) wind(toast);
  }
}

/** Shows a message in a toast. */
export function say(text) {
  if (!region) return;
  const same = [...region.children].find((one) => one.textContent === text);
  if (same) return wind(same);
  const toast = document.createElement("div");
  toast.className = "toast-ours";
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  region.append(toast);
  wind(toast);
}

function place() {
  put([...document.querySelectorAll("dialog:modal")].at(-1) ?? home);
}

// A moved toast gets no mouseout event, so its timer restarts.
function put(holder) {
  if (region.parentNode === holder) return;
  holder.append(region);
  for (const toast of region.children) wind(toast);
}

if (region) {
  new MutationObserver(place).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["open"] });
  document.addEventListener("htmx:before:swap", ({ detail }) => {
    put(home);
    const used = detail.ctx?.sourceElement?.closest(".toast-ours"); // its action is done
    lost ||= used?.contains(document.activeElement) ?? false;
    used?.remove();
  });
}

function wind(toast) {
  clearTimeout(clocks.get(toast));
  clocks.set(toast, setTimeout(() => toast.remove(), life));
}

function hold(event) {
  const toast = event.target.closest?.(".toast-ours");
  if (toast) clearTimeout(clocks.get(toast));
}

function release(event) {
  const toast = event.target.closest?.(".toast-ours");
  if (toast && !toast.contains(event.relatedTarget)) wind(toast);
}

document.addEventListener("mouseover", hold);
document.addEventListener("focusin", hold);
document.addEventListener("mouseout", release);
document.addEventListener("focusout", release);
document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast-ours")?.remove());

// Leaving a page aborts its requests, which Firefox reports as network errors.
let leaving = false;
window.addEventListener("beforeunload", () => {
  leaving = true;
  setTimeout(() => (leaving = false), 2000); // it may have been a download
});

document.addEventListener("htmx:error", (event) => {
  if (leaving || event.detail?.error?.name === "AbortError" || event.target.hasAttribute?.("hx-sse:connect")) return;
  if (!background(event.detail?.ctx)) say(explain(null, event.detail?.ctx?.sourceElement?.closest("form")));
});

// Failed background requests show no toast.
const background = (context) => context?.request?.headers?.["X-Background"] !== undefined;

// Only responses of the server are swapped in. events.js handles the event stream.
document.addEventListener("htmx:before:response", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement.hasAttribute("hx-sse:connect")) return;
  const answer = response.raw;
  if (!ours(answer)) {
    event.preventDefault();
    if (!background(event.detail.ctx)) say(explain(answer, sourceElement.closest("form")));
  } else if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
    event.preventDefault();
    say(answer.status === 429 ? "Too many requests. Wait a moment and try again." : `Something went wrong on the server (error ${answer.status}). Try again.`);
  }
});
