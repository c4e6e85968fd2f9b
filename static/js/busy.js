// A pressed link or button shows that it works: aria-busy dims it until the response. While htmx waits for the response, a
// second press does nothing. forms.js does the same for forms.
const maxWait = 30_000; // for a link that stays on the page, such as a download, in ms

document.addEventListener("click", (event) => {
  if (!event.target.closest?.(":is(a, button).htmx-request")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

window.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin || samePage(link)) return;
  mark(link);
  setTimeout(() => unmark(link), maxWait);
});

const samePage = (link) => link.hash !== "" && link.pathname === location.pathname && link.search === location.search;

document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail?.ctx?.sourceElement;
  if (source?.matches("a, button")) mark(source);
});

document.addEventListener("htmx:finally:request", (event) => {
  const source = event.detail?.ctx?.sourceElement;
  if (source?.matches("a, button")) unmark(source);
});

// A page restored from the browser's cache was left by a press.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("a[aria-busy=true]").forEach(unmark);
});

const mark = (control) => control.setAttribute("aria-busy", "true");
const unmark = (control) => control.removeAttribute("aria-busy");
