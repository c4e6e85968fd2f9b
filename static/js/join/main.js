// The join page and the page of a room: times in the browser's own zone, the device check, and joining by itself.
import { ready } from "../ready.js";
import * as devices from "./devices.js";
import { tell } from "./times.js";

ready(tell);
ready(devices.start);

const acts = () => document.getElementById("door-acts");
let enters = acts()?.hasAttribute("data-enters");
let standing = acts()?.dataset.standing;

const text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";
let held = text("#room-lede");

// What is held in the room now is read out when it changes.
function followRoom() {
  if (text("#room-lede") === held) return;
  held = text("#room-lede");
  document.getElementById("room-said").textContent = held;
}

// The page shows something else now: it is read out, the device check comes or goes, and a reader who waited joins.
document.addEventListener("usher:fresh", ({ detail: page }) => {
  document.title = page.title;
  tell();
  if (document.getElementById("room-head")) followRoom();
  if (!acts()) return;
  devices.start();
  if (acts().dataset.standing !== standing) {
    document.getElementById("door-said").textContent = `${text("#door-head h1")}. ${text("#door-lede")}`;
  }
  const join = enters ? acts().querySelector("form[data-join]") : null;
  ({ standing } = acts().dataset);
  enters = acts().hasAttribute("data-enters");
  join?.requestSubmit();
});

// The login ended, so that the stream did: the page is another one now.
document.getElementById("live")?.addEventListener("htmx:sse:close", () => location.replace(document.querySelector("[data-fresh-at]")?.dataset.freshAt ?? location.href));
