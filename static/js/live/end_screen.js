// The screen after the session ended, or after this person left, was removed or joined on another page. The server renders it.
import { root } from "./session.js";
import { room } from "./room.js";

export const over = () => root.dataset.over !== undefined;

// Replaces the session with the end screen.
export function fall(curtain) {
  if (over()) return;
  root.dataset.over = curtain.dataset.kind;
  document.title = `${curtain.querySelector("h1").textContent} · ${document.title}`;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  curtain.id = "main";
  root.replaceChildren(curtain);
  curtain.querySelector("h1").focus();
  room.disconnect();
}

// Shows one of the end screens that came with the page.
export function fallOf(kind) {
  fall(document.getElementById(`curtain-${kind}`).content.firstElementChild.cloneNode(true));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-again]")) location.reload();
});
