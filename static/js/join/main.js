// The join page and the room page: local times, the device check, and automatic joining.
import { ready } from "../ready.js";
import * as devices from "./devices.js";
import { showLocalTimes } from "./times.js";

ready(showLocalTimes);
ready(devices.start);

const acts = () => document.getElementById("join-actions");
let joinsAutomatically = acts()?.hasAttribute("data-enters");
let status = acts()?.dataset.status;

const text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";
let held = text("#room-lede");

// Announces changes of the room to screen readers.
function followRoom() {
  if (text("#room-lede") === held) return;
  held = text("#room-lede");
  document.getElementById("room-said").textContent = held;
}

// After a refresh: announce the new status, start or stop the device check, and join if the user was waiting.
document.addEventListener("usher:fresh", ({ detail: page }) => {
  document.title = page.title;
  showLocalTimes();
  if (document.getElementById("room-head")) followRoom();
  if (!acts()) return;
  devices.start();
  if (acts().dataset.status !== status) {
    document.getElementById("join-said").textContent = `${text("#join-head h1")}. ${text("#join-lede")}`;
  }
  const join = joinsAutomatically ? acts().querySelector("form[data-join]") : null;
  ({ status } = acts().dataset);
  joinsAutomatically = acts().hasAttribute("data-enters");
  join?.requestSubmit();
});

// The stream closes when the login ends: reload the page.
document.getElementById("live")?.addEventListener("htmx:sse:close", () => location.replace(document.querySelector("[data-fresh-at]")?.dataset.freshAt ?? location.href));
