// Calls f now, and again after every swap.
export function ready(f) {
  f();
  document.addEventListener("htmx:after:swap", () => f());
  window.addEventListener("pageshow", (event) => event.persisted && f());
}

// Whether keys belong to what the person is typing.
export function typing(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}
