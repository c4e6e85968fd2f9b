// The running time by the server's clock, and the notice before the end.
import { root } from "./session.js";
import { caption } from "./captions.js";
import { write } from "./dom.js";
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
  const left = document.getElementById("left");
  if (!left) return;
  const stage = left.dataset.stage ?? "";
  if (stage !== said && stage !== "") caption(left.querySelector("p").textContent.trim());
  said = stage;
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
