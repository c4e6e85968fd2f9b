/** Calls f now and after every swap. */
export function ready(f) {
  f();
  document.addEventListener("htmx:after:swap", () => f());
  window.addEventListener("pageshow", (event) => event.persisted && f());
}

/** Reports whether the user is typing in target. */
export function typing(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

/** Returns the element, or its counterpart if its part of the page was replaced. */
export function now(element) {
  if (element.isConnected) return element;
  if (element.id) return document.getElementById(element.id);
  const like = (other) => ["class", "name", "value", "href", "aria-label"].every((a) => other.getAttribute(a) === element.getAttribute(a));
  return [...document.getElementsByTagName(element.tagName)].find(like);
}
