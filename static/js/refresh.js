// Keeps an open page up to date: when an event arrives, the page is fetched again and its parts marked
// data-fresh are replaced, except those that show something once (data-once). data-fresh=KEY is replaced only
// when its key changes. Selection, typed text and focus are kept.
// If the user can no longer see the page, it is reloaded. [data-fresh-at=URL] is the URL of the page
// if it was the response to a form.
import { ours } from "./outage.js";
import { now } from "./ready.js";
import { count } from "./select.js";

const live = document.getElementById("live");
const minInterval = 600; // between two fetches, in ms
let timer;
let last = -minInterval;

function schedule(delay) {
  timer ??= setTimeout(refresh, Math.max(delay, last + minInterval - performance.now()));
}

// While a request of the user is pending or a menu is open, nothing is replaced.
const pending = () => document.querySelector(".htmx-request, form[data-sending], [data-fresh] details.menu[open]") !== null;

async function refresh() {
  timer = undefined;
  if (pending()) return schedule(100);
  last = performance.now();
  const here = location.href;
  const at = document.querySelector("[data-fresh-at]")?.dataset.freshAt ?? here;
  const answer = await fetch(at, { headers: { "X-Background": "1" } }).catch(() => null);
  if (!answer) return;
  if (location.href !== here) return schedule(50); // the user has navigated meanwhile
  if (!ours(answer) || answer.status >= 500 || answer.status === 429) return schedule(5000 + Math.random() * 5000); // keep the page until the server responds
  const text = await answer.text().catch(() => "");
  if (!text) return;
  if (location.href !== here) return schedule(50);
  if (pending()) return schedule(100);
  const page = new DOMParser().parseFromString(text, "text/html");
  if (answer.redirected || (!answer.ok && !page.querySelector("[data-fresh-at]"))) return at === here ? location.reload() : location.replace(at);
  const focused = document.activeElement;
  const caret = focused?.selectionStart === undefined ? null : [focused.selectionStart, focused.selectionEnd];
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(old.id);
    for (const part of old.querySelectorAll("[data-waits]")) delete part.dataset.waits;
    const same = old.dataset.fresh ? old.dataset.fresh === fresh?.dataset.fresh : fresh?.isEqualNode(old);
    if (!fresh || same || old.querySelector("[data-once]")) continue;
    const chosen = new Set([...old.querySelectorAll("input[data-select]:checked")].map((box) => box.value));
    for (const box of fresh.querySelectorAll("input[data-select]")) box.checked = chosen.has(box.value);
    const everything = fresh.querySelector("input[data-select-everything]");
    if (everything) everything.checked = old.querySelector("input[data-select-everything]:checked") !== null;
    keep(old, fresh);
    const { scrollTop } = old;
    old.replaceWith(fresh);
    fresh.scrollTop = scrollTop;
    window.htmx?.process(fresh);
  }
  count(); // before focusing, because elements in a hidden bar can't take the focus
  if (focused?.isConnected === false) {
    const again = now(focused);
    again?.focus();
    if (caret?.[0] !== null && again?.value === focused.value) again?.setSelectionRange?.(...(caret ?? []));
  }
  wait();
  document.dispatchEvent(new CustomEvent("usher:fresh", { detail: page }));
}

// Copies typed text into the same field of the new part.
function keep(old, fresh) {
  for (const field of old.querySelectorAll("input[name], textarea[name]")) {
    if (["checkbox", "radio", "hidden", "submit", "file"].includes(field.type) || field.value === field.defaultValue) continue;
    const again = fresh.querySelector(`${field.localName}[name="${CSS.escape(field.name)}"]:not([type=hidden])`);
    if (again && !again.readOnly) again.value = field.value;
  }
}

/** Schedules a refresh for parts with [data-due=TIME], and [data-due-in=SECONDS], which doesn't depend on the local clock. */
export function wait() {
  for (const part of document.querySelectorAll("[data-due-in]:not([data-waits])")) {
    part.dataset.waits = "";
    if (part.dataset.dueIn) setTimeout(() => part.isConnected && schedule(50), part.dataset.dueIn * 1000 + 300);
  }
  for (const part of document.querySelectorAll("[data-due]:not([data-waits])")) {
    const left = new Date(part.dataset.due) - Date.now();
    if (!(left < 24 * 60 * 60 * 1000)) continue;
    part.dataset.waits = "";
    setTimeout(() => schedule(50), Math.max(left, 0) + 300);
  }
}

for (const name of ["users", "team", "rooms", "sessions", "recordings", "htmx:sse:close"]) live?.addEventListener(name, () => schedule(50));
// Devices and connections change often, and few pages show them.
live?.addEventListener("active", () => document.querySelector("[data-active]") && schedule(50));
// Pages reconnect together after an outage; a random delay spreads their requests.
live?.addEventListener("reconnected", () => schedule(50 + Math.random() * 3000));
