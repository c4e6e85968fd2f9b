// Keeps an open page fresh: when its team has changed, the page is fetched again and its parts marked
// data-fresh are replaced, but for those that show something once (data-once). data-fresh=KIND is replaced only by
// one of another kind; its parts stand for themselves. What is chosen stays chosen, and the focus stays where it was.
// Who may not see the page any more is shown what the server answers instead. [data-fresh-at=ADDRESS] is where the page
// is, when it was the answer to a form.
import { ours } from "./outage.js";
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
  const at = document.querySelector("[data-fresh-at]")?.dataset.freshAt ?? here;
  const answer = await fetch(at, { headers: { "X-Background": "1" } }).catch(() => null);
  if (!answer) return;
  if (location.href !== here) return soon(50); // the page was another one when it was asked for
  if (!ours(answer) || answer.status >= 500 || answer.status === 429) return soon(5000 + Math.random() * 5000); // the page stays as it is until the server can answer
  const text = await answer.text().catch(() => "");
  if (!text) return;
  if (location.href !== here) return soon(50);
  if (asked()) return soon(100);
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
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
  }
  count(); // before the focus, which nothing takes in a bar that is not seen
  if (focused?.isConnected === false) {
    const again = now(focused);
    again?.focus();
    if (caret?.[0] !== null && again?.value === focused.value) again?.setSelectionRange?.(...(caret ?? []));
  }
  wait();
  document.dispatchEvent(new CustomEvent("usher:fresh", { detail: page }));
}

// What was typed into a field stays, where the new part has that field too.
function keep(old, fresh) {
  for (const field of old.querySelectorAll("input[name], textarea[name]")) {
    if (["checkbox", "radio", "hidden", "submit", "file"].includes(field.type) || field.value === field.defaultValue) continue;
    const again = fresh.querySelector(`${field.localName}[name="${CSS.escape(field.name)}"]:not([type=hidden])`);
    if (again && !again.readOnly) again.value = field.value;
  }
}

// [data-due=TIME] is a part that will be another one at that time; [data-due-in=SECONDS] is one whatever the clock here says.
export function wait() {
  for (const part of document.querySelectorAll("[data-due-in]:not([data-waits])")) {
    part.dataset.waits = "";
    if (part.dataset.dueIn) setTimeout(() => part.isConnected && soon(50), part.dataset.dueIn * 1000 + 300);
  }
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
