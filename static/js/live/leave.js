// Leaving: hosts choose whether to end the session for everyone.
import { session } from "./session.js";
import { fallOf } from "./end_screen.js";

const dialog = document.getElementById("leave");

export function leave() {
  if (session.me.leads) dialog.showModal();
  else fallOf("left");
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave-now]")) fallOf("left");
  else if (event.target.closest("[data-leave]")) leave();
});
