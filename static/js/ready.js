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

/** Returns the element, or its counterpart if its part of the page was replaced. A control that is disabled now has none. */
export function now(element) {
  if (element.isConnected) return element;
  const one = element.id ? document.getElementById(element.id) : [...document.getElementsByTagName(element.tagName)].find((other) => like(element, other));
  return one?.matches(":disabled") ? undefined : one;
}

// A link is the same whatever it says now.
const like = (one, other) => ["class", "name", "value", "href", "aria-label"].every((a) => one.getAttribute(a) === other.getAttribute(a))
  && (one.tagName !== "BUTTON" || one.textContent === other.textContent) && !other.matches(":disabled");
