// button[data-copy=TEXT] copies TEXT; an address that begins with / becomes a whole one, nothing means this page's.
import { say } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  const text = button.dataset.copy;
  const whole = text === "" ? location.href : text.startsWith("/") ? new URL(text, location.href).href : text;
  say(await put(whole, button) ? button.dataset.copied || "Copied." : `Your browser didn't allow copying. Copy this text: ${whole}`);
});

async function put(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text, button.closest("dialog") ?? document.body); // without https there is no clipboard
  }
}

function byHand(text, place) {
  const had = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "sr";
  field.value = text;
  place.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  had?.focus();
  return done;
}
