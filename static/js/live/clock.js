// The running time by the server's clock, and the notice before the end.
import { root } from "./session.js";
import { caption } from "./captions.js";
import { write } from "./dom.js";
import { isOpen } from "./panels.js";
import { say } from "../toasts.js";
import { elapsed } from "../elapsed.js";

const face = document.getElementById("clock");
let ahead = 0; // offset of the server's clock in milliseconds

function tick() {
  const started = Number(document.getElementById("state")?.dataset.started);
  if (!started || !face.isConnected) return;
  write(face, elapsed(Date.now() + ahead - started));
}

// The notice of the end has phases. Each is announced once, and stays hidden until the next if dismissed.
let said = document.getElementById("left")?.dataset.stage ?? "";

function notice() {
  const state = document.getElementById("state");
  const left = document.getElementById("left");
  if (!state || !left) return;
  const stage = left.dataset.stage ?? "";
  if (stage !== said && stage !== "") caption(left.querySelector("p").textContent.trim());
  said = stage;
  const waiting = Number(state.dataset.waiting ?? 0);
  if (waiting > waited) announce(waiting);
  waited = waiting;
  for (const dot of document.querySelectorAll("[data-waiting-dot]")) {
    dot.hidden = waiting === 0;
    write(dot.firstElementChild, String(waiting));
  }
}

let waited = 0;

// With the list open, the buttons are visible there.
function announce(waiting) {
  const names = [...document.querySelectorAll("#lobby b")].map((b) => b.textContent);
  const sentence = names.length === 1 ? `${names[0]} is in the waiting room.` : `${waiting} people are in the waiting room.`;
  if (isOpen("people")) caption(sentence);
  else say(sentence);
}

function synchronize() {
  const there = Number(document.getElementById("state")?.dataset.now);
  if (there) ahead = there - Date.now();
  notice();
  tick();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-hush]")) root.dataset.hush = document.getElementById("left").dataset.stage;
});
document.addEventListener("stage:state", synchronize);
synchronize();
setInterval(tick, 500);
