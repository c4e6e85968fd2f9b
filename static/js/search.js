// Global search: [data-find] opens dialog#finder. Its field is a combobox: arrows move through
// the options of #found, Enter opens the active one, Esc closes the dialog and returns the focus. After
// navigation, focus moves to the heading of the details, else of the page.
const trail = "usher-found";
let follow = false; // Enter was pressed before the results arrived

const finder = () => document.getElementById("finder");
const field = () => finder().querySelector("[role=combobox]");
const found = () => document.getElementById("found");
const options = () => [...found().querySelectorAll("[role=option]")];
const current = () => found().dataset.words === field().value.trim();

document.addEventListener("click", (event) => {
  const dialog = finder();
  if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("[data-find]")) {
    event.preventDefault();
    open(dialog);
  } else if (event.target === dialog || event.target.closest("#found [role=option]")) {
    leave(event.target.closest("a"));
    dialog.close();
  }
});

function leave(option) {
  try {
    if (option?.hash === "") sessionStorage.setItem(trail, option.href);
  } catch {}
}

/** Focuses the heading after navigation from the search. */
export function land() {
  let to;
  try {
    to = sessionStorage.getItem(trail);
    sessionStorage.removeItem(trail);
  } catch {}
  if (to !== location.href) return;
  const heading = document.getElementById("details-title") ?? document.querySelector("#main h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

function open(dialog) {
  if (dialog.open) return field().select();
  document.getElementById("side")?.hidePopover?.();
  dialog.showModal();
  field().value = "";
  field().focus();
  follow = false;
  field().form.dispatchEvent(new CustomEvent("find"));
}

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#finder") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target !== field()) return;
  const all = options();
  const at = all.findIndex(marked);
  if (event.key === "ArrowDown") mark(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp") mark(all.at(at <= 0 ? -1 : at - 1));
  else return;
  event.preventDefault();
});

// Capture on window, before forms.js blocks a second submit: Enter may be pressed while a search is pending.
window.addEventListener("submit", (event) => {
  if (!event.target.matches("#finder [role=search]")) return;
  event.preventDefault();
  if (current()) options().find(marked)?.click();
  else follow = true;
}, true);

document.addEventListener("input", (event) => {
  if (event.target.closest("#finder")) follow = false;
});

document.addEventListener("pointermove", (event) => {
  const option = event.target.closest?.("#found [role=option]");
  if (option && !marked(option)) mark(option);
});

const marked = (option) => option.getAttribute("aria-selected") === "true";

function mark(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (!option) return field().removeAttribute("aria-activedescendant");
  field().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

/** Marks the first of the new options as active. */
export function arrived() {
  if (!finder()?.open || found().dataset.words === undefined || found().dataset.seen !== undefined) return;
  found().dataset.seen = "";
  const all = options();
  mark(all[0]);
  field().setAttribute("aria-expanded", String(all.length > 0));
  const none = found().querySelector(".none")?.textContent ?? "";
  finder().querySelector("[role=status]").textContent = `${none} ${all.length} ${all.length === 1 ? "result" : "results"}`.trim();
  if (follow && current()) all[0]?.click();
}

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("[data-find] .kbd")) key.textContent = "⌘ K";
}
