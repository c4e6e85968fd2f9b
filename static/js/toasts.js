// Toasts go by themselves after six seconds, unless a pointer or the focus rests on them. Their place is in the dialog
// that is on top, as long as one is open: what is outside a modal dialog is neither seen well nor read out.
const life = 6000;
const clocks = new WeakMap();
const region = document.getElementById("toasts");
const home = region?.parentNode;
let stack = []; // modal dialogs, the one on top last

export function start() {
  for (const toast of document.querySelectorAll(".toast-ours")) {
    if (!clocks.has(toast)) wind(toast);
  }
}

// Shows a sentence that no server sent.
export function say(text) {
  if (!region) return;
  const toast = document.createElement("div");
  toast.className = "toast-ours";
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  region.append(toast);
  wind(toast);
}

function place() {
  const open = [...document.querySelectorAll("dialog:modal")];
  stack = [...stack.filter((dialog) => open.includes(dialog)), ...open.filter((dialog) => !stack.includes(dialog))];
  put(stack.at(-1) ?? home);
}

function put(holder) {
  if (region.parentNode !== holder) holder.append(region);
}

if (region) {
  new MutationObserver(place).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["open"] });
  document.addEventListener("htmx:before:swap", () => put(home)); // what is swapped may be a dialog that has it
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
document.addEventListener("htmx:error", (event) => {
  if (event.detail?.error?.name === "AbortError" || event.target.hasAttribute?.("hx-sse:connect")) return;
  say("The server did not answer, so nothing was changed. Check the connection and try again.");
});
