// Toasts go by themselves after six seconds, unless a pointer or the focus rests on them. They stand in the dialog that is
// open, if one is: what is outside is not read out.
import { explain, ours } from "./outage.js";

const life = 6000;
const clocks = new WeakMap();
const region = document.getElementById("toasts");
const home = region?.parentNode;

export function start() {
  for (const toast of document.querySelectorAll(".toast-ours")) {
    if (!clocks.has(toast)) wind(toast);
  }
}

// Shows a sentence that no server sent.
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

// No pointer is seen to leave what is moved away from under it: its time begins anew.
function put(holder) {
  if (region.parentNode === holder) return;
  holder.append(region);
  for (const toast of region.children) wind(toast);
}

if (region) {
  new MutationObserver(place).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["open"] });
  document.addEventListener("htmx:before:swap", () => put(home));
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

// A page that is being left breaks off what it asks for, which Firefox calls a fault of the network.
let leaving = false;
window.addEventListener("beforeunload", () => {
  leaving = true;
  setTimeout(() => (leaving = false), 2000); // it may have been a download
});

document.addEventListener("htmx:error", (event) => {
  if (leaving || event.detail?.error?.name === "AbortError" || event.target.hasAttribute?.("hx-sse:connect")) return;
  if (!background(event.detail?.ctx)) say(explain(null, event.detail?.ctx?.sourceElement?.closest("form")));
});

// What a page asks by itself, again and again, is not worth a sentence each time.
const background = (context) => context?.request?.headers?.["X-Background"] !== undefined;

// Only a page of the server's may stand in ours. The stream of events is looked after in live.js.
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
