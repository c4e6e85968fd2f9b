// A link in a dialog with form[data-discard=ID] opens dialog ID, which asks first, if the form's text would be lost.
document.addEventListener("click", (event) => {
  const link = event.target.closest("dialog a[href]:not([target], [download])");
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // the dialog stays open
  const form = link?.closest("dialog").querySelector("form[data-discard]");
  const question = form && document.getElementById(form.dataset.discard);
  if (!question || ![...form.querySelectorAll("textarea")].some((field) => field.value.trim() !== "")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  question.querySelector("a[href]").href = link.href;
  question.showModal();
}, true);
