// The calendar. Keys follow links with [data-key] (t, n, arrows). When a free slot [data-slot] or a session
// [data-card] has the focus, arrows move between them. In the week view a session opens as a card in #card; without
// script or on narrow pages it is a link to the details.
import { explain, ours } from "../outage.js";
import { typing } from "../ready.js";
import { say } from "../toasts.js";

const wide = matchMedia("(min-width: 900px)");
const stops = () => [...document.querySelectorAll(".calendar :is(a[data-slot], a[data-card], .cal-month .ev > a)")].filter((stop) => stop.getClientRects().length > 0);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog:modal, :popover-open")) return;
  if (event.key.startsWith("Arrow")) {
    if (!document.getElementById("calendar")) return;
    if (event.target.closest?.(".pop, .details, summary, [role=tab]")) return;
    const next = event.target.matches?.(".calendar a") ? step(event.target, event.key) : event.key === "ArrowDown" ? first() : null;
    if (next) {
      event.preventDefault();
      next.focus();
      return;
    }
    if (event.target.matches?.(".calendar a")) return;
  }
  const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

function first() {
  const all = stops();
  return all.find((stop) => stop.closest("[data-today]")) ?? all[0];
}

// Returns the nearest stop in that direction, in the same or the adjacent column.
function step(from, key) {
  const here = from.getBoundingClientRect();
  const column = (stop) => stop.closest(".cal-day, td");
  const across = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  let best = null;
  let least = Infinity;
  for (const stop of stops()) {
    if (stop === from || (column(stop) === column(from)) === across) continue;
    const box = stop.getBoundingClientRect();
    const along = across ? (box.left - here.left) * sign : (box.top - here.top) * sign;
    if (along <= 0) continue;
    const distance = across ? along * 1000 + Math.abs(box.top - here.top) : along;
    if (distance < least) [best, least] = [stop, distance];
  }
  return best;
}

let opener = null;

document.addEventListener("click", (event) => {
  const card = document.getElementById("card");
  if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("a[data-card]");
  if (link && wide.matches) {
    event.preventDefault();
    shut(card);
    opener = link;
    link.parentElement.dataset.open = "";
    show(card, link);
  } else if (event.target.closest("[data-card-close]")) {
    event.preventDefault();
    const back = opener;
    shut(card);
    back?.focus();
  } else if (!event.target.closest(".pop, dialog") && card.childElementCount > 0) {
    shut(card);
  }
});

async function show(card, link) {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true", "HX-Target": "div#card" } }).catch(() => null);
  if (opener !== link) return;
  if (!ours(answer)) {
    shut(card);
    return say(explain(answer));
  }
  if (!answer.ok) return location.assign(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  card.replaceChildren(...page.body.childNodes);
  window.htmx?.process(card);
  card.querySelector("[autofocus]")?.focus();
}

function shut(card) {
  opener = null;
  card.replaceChildren();
  for (const open of document.querySelectorAll(".ev[data-open]")) delete open.dataset.open;
}
