// button[data-copy=TEXT] copies TEXT. A path becomes a full URL; an empty value means the URL of this page.
import { say } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  const text = button.dataset.copy;
  const full = text === "" ? location.href : text.startsWith("/") ? new URL(text, location.href).href : text;
  say(await copy(full, button) ? button.dataset.copied || "Copied." : `Your browser didn't allow copying. Copy this text: ${full}`);
});

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyWithCommand(text, button.closest("dialog") ?? document.body); // the clipboard API needs HTTPS
  }
}

function copyWithCommand(text, parent) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "sr";
  field.value = text;
  parent.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}
