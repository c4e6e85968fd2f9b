// The list of keyboard shortcuts that work on the current page, as a dialog.
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const player = [
  [["K"], "Play or pause; also Space"],
  [["J"], "Back 10 seconds"],
  [["L"], "Forward 10 seconds"],
  [["←", "→"], "Back or forward 5 seconds"],
  [["0", "9"], "Go to a tenth of the recording"],
  [["<", ">"], "Slower or faster"],
  [["M"], "Mute or turn on sound"],
  [["↑", "↓"], "Volume, while the player has the focus"],
  [["G"], "Grid or speaker view"],
  [["F"], "Full screen"],
];
const names = { ArrowLeft: "←", ArrowRight: "→" };
const has = (selector) => document.querySelector(selector) !== null;

// Returns the groups of shortcuts, each a title and lines of keys and what they do.
function groups() {
  const rows = has("table[data-rows] tbody a[data-row]");
  const selects = rows && has("table[data-rows] input[data-select]");
  const details = document.querySelector("#details:not([hidden])");
  const steps = details?.querySelector("[rel=next], [rel=prev]");
  const own = [...document.querySelectorAll("a[data-key]")].map((link) => [[names[link.dataset.key] ?? link.dataset.key.toUpperCase()], link.ariaLabel ?? link.textContent.trim()]);
  return [
    ["List", [
      rows && [["J"], "Next row"],
      rows && [["K"], "Previous row"],
      rows && [["Enter"], "Open the row"],
      selects && [["X"], "Select the row"],
      selects && [["B"], "Go to the actions for selected rows"],
      selects && [["Esc"], "Clear the selection"],
      has("[data-search]") && [["/"], document.querySelector("[data-search]").labels[0]?.textContent.trim() || "Search"],
    ]],
    ["Details", [
      steps && [["J"], "Next, while the details have the focus"],
      steps && [["K"], "Previous, while the details have the focus"],
      details?.querySelector("[data-close-on-esc]") && [["Esc"], "Close the details"],
    ]],
    ["Seats", [has("[data-roving]") && [["←", "→", "↑", "↓"], "Move between seats"]]],
    ["Calendar", [has("#calendar") && [["←", "→", "↑", "↓"], "Move between sessions and free times"]]],
    ["Player", has("#player") ? player : []],
    ["This page", own],
    ["Everywhere", [
      has("[data-find]") && [[mac ? "⌘" : "Ctrl", "K"], "Search or go to"],
      [["?"], "Show keyboard shortcuts"],
    ]],
  ].map(([title, lines]) => [title, lines.filter(Boolean)]).filter(([, lines]) => lines.length > 0);
}

function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

const line = ([keys, does]) => make("li", {}, make("span", {}, does), make("span", { class: "row" }, ...keys.map((key) => make("kbd", { class: "kbd" }, key))));

/** Opens the list. */
export function open() {
  if (document.querySelector("dialog:modal")) return;
  document.getElementById("side")?.hidePopover?.();
  const menu = document.querySelector("details[open]:has([data-shortcuts])");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus(); // where the focus returns
  }
  const title = make("h2", { id: "shortcuts-t" }, "Keyboard shortcuts");
  const parts = groups().map(([name, lines]) => make("section", { class: "part" }, make("h3", {}, name), make("ul", { class: "lines" }, ...lines.map(line))));
  const done = make("button", { class: "btn", type: "button", autofocus: "", "data-dialog-close": "" }, "Done");
  const dialog = make("dialog", { class: "dialog", id: "shortcuts", "aria-labelledby": title.id },
    make("div", { class: "small" }, make("header", {}, title), make("div", { class: "body" }, ...parts), make("footer", {}, done)));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
