// Choosing rows: inside [data-select-scope], input[data-select] are the rows' boxes, input[data-select-all] is
// all of them, [data-bulk] is the bar (data-count says how many), [data-select-count] its number, [data-select-clear] clears.
// input[data-select-everything=N] chooses all N that the list has, on other pages too; taking a row out takes it back.
export function count() {
  for (const scope of document.querySelectorAll("[data-select-scope]")) tell(scope);
}

function tell(scope) {
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
  tell(scope);
}

document.addEventListener("change", (event) => {
  const scope = event.target.closest("[data-select-scope]");
  if (!scope) return;
  if (event.target.matches("input[data-select-all]")) set(scope, event.target.checked);
  else if (event.target.matches("input[data-select-everything]") && event.target.checked) set(scope, true);
  else if (event.target.matches("input[data-select], input[data-select-everything]")) tell(scope);
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-select-clear]");
  if (!clear) return;
  const scope = clear.closest("[data-select-scope]");
  if (!scope) return;
  event.preventDefault();
  set(scope, false);
  scope.querySelector("input[data-select-all], input[data-select]")?.focus();
});
