// Whether the session is being recorded: everyone sees it as soon as the media server says so, and screen readers announce it.
import { caption } from "./captions.js";
import { write } from "./dom.js";
import { room, RoomEvent } from "./room.js";
import { look } from "./state.js";
import { say } from "../toasts.js";
import { elapsed } from "../elapsed.js";

const status = () => document.getElementById("recording");
let on = false;
let ahead = 0; // offset of the server's clock in milliseconds

function show(announce) {
  const now = status()?.dataset.on !== undefined;
  if (now !== on) announce(now ? "This session is being recorded." : "This session is no longer being recorded.");
  on = now;
  const there = Number(document.getElementById("state")?.dataset.now);
  if (there) ahead = there - Date.now();
}

function tick() {
  const time = document.querySelector("[data-rec-time]");
  const since = Number(status()?.dataset.since);
  if (!time || !since) return;
  write(time, elapsed(Date.now() + ahead - since));
}

show(caption);
document.addEventListener("stage:state", () => show(say));
room.on(RoomEvent.RecordingStatusChanged, () => look());
setInterval(tick, 500);
