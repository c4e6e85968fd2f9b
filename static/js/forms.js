// Forms are submitted once, focus moves to the first error, and passwords can be shown.

/** Moves the focus to a new error summary, else to the first new invalid field. */
export function focusError() {
  const list = document.querySelector(".errors:not([data-seen])");
  const target = list ?? document.querySelector('[aria-invalid="true"]:not([data-seen])');
  if (!target) return;
  for (const field of document.querySelectorAll('.errors, [aria-invalid="true"]')) field.dataset.seen = "";
  target.focus();
}

document.addEventListener("submit", (event) => {
  if (event.target.dataset.sending === undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.dataset.guard === "off" || form.target === "_blank") return;
  busy(form, event.submitter);
});

document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail?.ctx?.sourceElement;
  if (source?.tagName === "FORM") busy(source, event.detail.ctx.sourceEvent?.submitter);
});

document.addEventListener("htmx:finally:request", (event) => {
  const source = event.detail?.ctx?.sourceElement;
  if (source?.tagName === "FORM") free(source);
});

// A page restored from the browser's cache may have been left while submitting.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(free);
});

// The button isn't disabled, because it would lose the focus and its value.
function busy(form, submitter) {
  form.dataset.sending = "";
  (submitter ?? [...form.elements].find((one) => one.type === "submit"))?.setAttribute("aria-busy", "true");
}

/** Makes a form submittable again. */
export function free(form) {
  delete form.dataset.sending;
  for (const button of document.querySelectorAll("[aria-busy=true]")) {
    if (button.form === form) button.removeAttribute("aria-busy");
  }
}

document.addEventListener("input", async ({ target }) => {
  if (target.form) (await import("./later/unsaved.js")).touch(target.form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  const field = button && document.getElementById(button.getAttribute("aria-controls"));
  if (!field) return;
  const show = field.type === "password";
  field.type = show ? "text" : "password";
  button.firstElementChild.textContent = show ? "Hide" : "Show";
});
