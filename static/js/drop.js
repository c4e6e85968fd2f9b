// A file that is dropped on a [data-drop] area is chosen in its file field.
const areaOf = (event) => event.dataTransfer?.types.includes("Files") ? event.target.closest?.("[data-drop]") : null;

document.addEventListener("dragover", (event) => {
  const area = areaOf(event);
  if (!area) return;
  event.preventDefault();
  area.dataset.over = "";
});

document.addEventListener("dragleave", (event) => {
  const area = areaOf(event);
  if (area && !area.contains(event.relatedTarget)) delete area.dataset.over;
});

document.addEventListener("drop", (event) => {
  const area = areaOf(event);
  if (!area) return;
  event.preventDefault();
  delete area.dataset.over;
  const first = new DataTransfer();
  first.items.add(event.dataTransfer.files[0]);
  const field = area.querySelector("input[type=file]");
  field.files = first.files;
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
});
