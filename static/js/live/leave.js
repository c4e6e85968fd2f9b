// Leaving: hosts choose whether to end the session for everyone.
import { session } from "./session.js";
import { endWith } from "./end_screen.js";

const dialog = document.getElementById("leave");

export function leave() {
  if (session.me.leads) dialog.showModal();
  else endWith("left");
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave-now]")) endWith("left");
  else if (event.target.closest("[data-leave]")) leave();
});
