// Leaving a page asks first if that would lose what was changed in a form. Dialogs have their own question (dialogs.js), and forms
// with data-guard="off" save nothing. A form that the page replaces by its newer version keeps its address, and so its mark.
import { free } from "../forms.js";

const touched = new Set();
const address = (form) => `${form.id} ${form.getAttribute("action")}`;

/** Marks a form that the user changes; null: the field left its form before this module was loaded. */
export function touch(form) {
  if (form?.method === "post" && form.dataset.guard !== "off" && form.matches(":is(.shell main, #details) form:not(dialog form)")) touched.add(address(form));
}

// Reports whether a field differs from what the server sent.
function changed(field) {
  if (!field.name || field.type === "hidden") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findLastIndex((option) => option.defaultSelected));
  return field.value !== (field.defaultValue ?? field.value);
}

const unsaved = () => [...document.forms].filter((form) => form.dataset.sending === undefined && touched.has(address(form)) && [...form.elements].some(changed));

window.addEventListener("beforeunload", (event) => {
  if (unsaved().length === 0) return;
  event.preventDefault();
  // If the user stays, what was pressed works again.
  setTimeout(() => {
    for (const link of document.querySelectorAll("a[aria-busy]")) link.removeAttribute("aria-busy");
    for (const form of document.querySelectorAll("form[data-sending]")) free(form);
  });
});

// Captured, so that a refused request leaves no trace in the other listeners.
document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement, target } = event.detail.ctx;
  if (!unsaved().some((form) => target?.contains(form) && !form.contains(sourceElement))) return;
  if (confirm("Leave without saving your changes?")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement?.tagName === "FORM" && response?.raw.ok) touched.delete(address(sourceElement));
});
