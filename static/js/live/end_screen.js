// The screen after the session ended, or after this person left, was removed or joined on another page. The server renders it.
import { root } from "./session.js";
import { room } from "./room.js";

export const over = () => root.dataset.over !== undefined;

// Replaces the session with the end screen.
export function showEndScreen(screen) {
  if (over()) return;
  root.dataset.over = screen.dataset.kind;
  document.title = `${screen.querySelector("h1").textContent} · ${document.title}`;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  screen.id = "main";
  root.replaceChildren(screen);
  screen.querySelector("h1").focus();
  room.disconnect();
}

// Shows one of the end screens that came with the page.
export function endWith(kind) {
  showEndScreen(document.getElementById(`end-screen-${kind}`).content.firstElementChild.cloneNode(true));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-again]")) location.reload();
});
