// Keeps an open page fresh: when its team has changed, the page is fetched again and its parts marked
// data-fresh are replaced, but for those that show something once (data-once). data-fresh=KIND is replaced only by
// one of another kind; its parts stand for themselves. What is chosen stays chosen, and the focus stays where it was.
// Who may not see the page any more is shown what the server answers instead.
import { now } from "./ready.js";
import { count } from "./select.js";

const live = document.getElementById("live");
const rest = 600; // between two fetches, while much changes
let due;
let last = -rest;

function soon(after) {
  due ??= setTimeout(refresh, Math.max(after, last + rest - performance.now()));
}

// What was pressed waits for its answer: nothing is replaced under it.
const asked = () => document.querySelector(".htmx-request, form[data-sending]") !== null;

async function refresh() {
  due = undefined;
  if (asked()) return soon(100);
  last = performance.now();
  const here = location.href;
  const answer = await fetch(here, { headers: { "X-Background": "1" } }).catch(() => null);
  if (!answer || location.href !== here) return;
  if (!answer.ok || answer.redirected) return location.reload();
  const text = await answer.text().catch(() => "");
  if (!text || location.href !== here) return;
  if (asked()) return soon(100);
  const page = new DOMParser().parseFromString(text, "text/html");
  const focused = document.activeElement;
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(old.id);
    for (const part of old.querySelectorAll("[data-waits]")) delete part.dataset.waits;
    const same = old.dataset.fresh ? old.dataset.fresh === fresh?.dataset.fresh : fresh?.isEqualNode(old);
    if (!fresh || same || old.querySelector("[data-once]")) continue;
    const chosen = new Set([...old.querySelectorAll("input[data-select]:checked")].map((box) => box.value));
    for (const box of fresh.querySelectorAll("input[data-select]")) box.checked = chosen.has(box.value);
    const everything = fresh.querySelector("input[data-select-everything]");
    if (everything) everything.checked = old.querySelector("input[data-select-everything]:checked") !== null;
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
  }
  count(); // before the focus, which nothing takes in a bar that is not seen
  if (focused?.isConnected === false) now(focused)?.focus();
  wait();
}

// [data-due=TIME] is a part that will be another one at that time.
export function wait() {
  for (const part of document.querySelectorAll("[data-due]:not([data-waits])")) {
    const left = new Date(part.dataset.due) - Date.now();
    if (!(left < 24 * 60 * 60 * 1000)) continue;
    part.dataset.waits = "";
    setTimeout(() => soon(50), Math.max(left, 0) + 300);
  }
}

for (const name of ["users", "team", "rooms", "sessions", "htmx:sse:close"]) live?.addEventListener(name, () => soon(50));
// All pages come back at once when the server does: each takes its own time to ask.
live?.addEventListener("reconnected", () => soon(50 + Math.random() * 3000));
