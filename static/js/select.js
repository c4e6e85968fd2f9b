// Row selection: inside [data-select-scope], input[data-select] are the checkboxes of rows, input[data-select-all] selects
// all of them, [data-bulk] is the action bar (data-count is the number selected), [data-select-count] shows the number, [data-select-clear] clears.
// input[data-select-everything=N] selects all N rows on all pages; deselecting a row turns it off.

/** Updates counts and bars to the current selection. */
export function count() {
  for (const scope of document.querySelectorAll("[data-select-scope]")) update(scope);
}

function update(scope) {
  const boxes = [...scope.querySelectorAll("input[data-select]")];
  const chosen = boxes.filter((b) => b.checked);
  for (const box of boxes) {
    const row = box.closest("tr");
    if (box.checked) row?.setAttribute("aria-selected", "true");
    else row?.removeAttribute("aria-selected");
  }
  const all = scope.querySelector("input[data-select-all]");
  if (all) {
    all.checked = boxes.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
  const everything = scope.querySelector("input[data-select-everything]");
  if (everything && chosen.length < boxes.length) everything.checked = false;
  for (const bar of scope.querySelectorAll("[data-bulk]")) bar.dataset.count = chosen.length;
  for (const number of scope.querySelectorAll("[data-select-count]")) number.textContent = everything?.checked ? everything.dataset.selectEverything : chosen.length;
}

function set(scope, checked) {
  for (const box of scope.querySelectorAll("input[data-select]")) box.checked = checked;
  update(scope);
}

document.addEventListener("change", (event) => {
  const scope = event.target.closest("[data-select-scope]");
  if (!scope) return;
  if (event.target.matches("input[data-select-all]")) set(scope, event.target.checked);
  else if (event.target.matches("input[data-select-everything]") && event.target.checked) set(scope, true);
  else if (event.target.matches("input[data-select], input[data-select-everything]")) update(scope);
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-select-clear]");
  if (!clear) return;
  const scope = clear.closest("[data-select-scope]");
  if (!scope) return;
  event.preventDefault();
  const leaves = document.activeElement === document.body || clear.closest("[data-bulk]").contains(document.activeElement);
  set(scope, false);
  if (leaves) scope.querySelector("input[data-select-all], input[data-select]")?.focus({ preventScroll: true });
});
