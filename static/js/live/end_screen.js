// What stands there when this page is not in the session any more: it ended, the person left or was put out, or has it
// open elsewhere. The server writes the words.
import { root } from "./session.js";
import { room } from "./room.js";

export const over = () => root.dataset.over !== undefined;

// Puts the curtain in the place of the session; the element says itself what it is.
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

// One of those that the page brought with it, for what the server is not asked about.
export function fallOf(kind) {
  fall(document.getElementById(`curtain-${kind}`).content.firstElementChild.cloneNode(true));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-again]")) location.reload();
});
