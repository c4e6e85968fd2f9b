// The buttons below the picture, the volume, the speed and full screen.
import { mark, swapIcon } from "../live/dom.js";
import { kept, keep } from "../live/preferences.js";
import { caption } from "../live/captions.js";
import { recording, root } from "./recording.js";
import { setSound, whenBlocked } from "./parts.js";
import { hasEnded, isPlaying, isWaiting, now, pause, play, seek, setSpeed, speedOf, toggle, watch } from "./playback.js";
import { toggleView } from "./stage.js";

const box = document.getElementById("player-box");
const cover = document.getElementById("player-start");
const wait = document.getElementById("player-wait");
const slider = document.getElementById("player-volume");
const speed = document.getElementById("player-speed");
const button = (action) => root.querySelector(`[data-player-action=${action}]`);

let volume = kept("volume", 1);
let muted = kept("muted", false);

export function setVolume(value, silent = false) {
  volume = Math.min(1, Math.max(0, Math.round(value * 20) / 20));
  muted = silent;
  keep("volume", volume);
  keep("muted", muted);
  drawVolume();
}
export const changeVolume = (by) => {
  setVolume((muted ? 0 : volume) + by);
  caption(`Volume ${Math.round(volume * 100)} %.`);
};
export function toggleMute() {
  setVolume(volume === 0 ? 0.5 : volume, !(muted || volume === 0));
  caption(muted ? "Muted." : "Sound on.");
}

function drawVolume() {
  setSound(volume, muted);
  const silent = muted || volume === 0;
  slider.value = silent ? 0 : volume;
  slider.style.setProperty("--at", `${slider.value * 100}%`);
  mark(slider, "aria-valuetext", silent ? "Muted" : `${Math.round(volume * 100)} %`);
  swapIcon(button("mute"), silent ? "volume-x" : "volume-2");
  name(button("mute"), silent ? "Turn on sound" : "Mute", "M");
}

function name(element, words, key) {
  mark(element, "aria-label", words);
  mark(element, "title", `${words} (${key})`);
}

const speeds = [...speed.options].map((option) => Number(option.value));
export function changeSpeed(by) {
  const at = speeds.indexOf(speedOf()) + by;
  if (at < 0 || at >= speeds.length) return;
  setSpeed(speeds[at]);
  caption(`Speed ${speeds[at]}.`);
}

// Full screen, or the whole window where a browser has none for elements, as on iPhones.
const isFull = () => document.fullscreenElement === box || box.dataset.full !== undefined;
export async function toggleFull() {
  if (document.fullscreenElement === box) return document.exitFullscreen();
  if (!document.fullscreenEnabled || box.dataset.full !== undefined) {
    mark(box, "data-full", box.dataset.full === undefined);
    return drawFull();
  }
  await box.requestFullscreen().catch(() => {});
}
function drawFull() {
  swapIcon(button("full"), isFull() ? "minimize" : "maximize");
  name(button("full"), isFull() ? "Exit full screen" : "Full screen", "F");
  document.documentElement.classList.toggle("player-full", box.dataset.full !== undefined);
}
document.addEventListener("fullscreenchange", drawFull);
export function leaveFull() {
  if (box.dataset.full === undefined) return false;
  mark(box, "data-full", false);
  drawFull();
  return true;
}

// Controls over the picture leave after a while without a move.
let idle;
function wake() {
  mark(box, "data-idle", false);
  clearTimeout(idle);
  idle = setTimeout(() => isFull() && isPlaying() && !box.querySelector(".player-controls :focus-visible") && mark(box, "data-idle", true), 3000);
}
for (const kind of ["pointermove", "pointerdown", "keydown", "focusin"]) box.addEventListener(kind, wake);

export const step = (ms) => seek(now() + ms);

const actions = { toggle, back: () => step(-10_000), forward: () => step(10_000), mute: toggleMute, view: toggleView, full: toggleFull };
root.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-player-action]");
  if (pressed) return actions[pressed.dataset.playerAction]();
  if (event.target.closest("#player-start")) {
    play();
    button("toggle").focus({ preventScroll: true });
  } else if (event.target.closest("#player-stage") && !event.target.closest("button, a")) toggle();
});
slider.addEventListener("input", () => setVolume(Number(slider.value)));
speed.addEventListener("change", () => setSpeed(Number(speed.value)));

let begun = false;
watch(() => {
  const playing = isPlaying();
  begun ||= playing;
  swapIcon(button("toggle"), playing ? "pause" : "play");
  name(button("toggle"), playing ? "Pause" : hasEnded() ? "Play again" : "Play", "K");
  cover.hidden = playing || (begun && !hasEnded());
  mark(cover, "aria-label", hasEnded() ? "Play again" : "Play");
  wait.hidden = !isWaiting();
  mark(box, "data-playing", playing);
  if (!playing) mark(box, "data-idle", false);
  if (speed.value !== String(speedOf())) speed.value = String(speedOf());
  if (navigator.mediaSession) navigator.mediaSession.playbackState = playing ? "playing" : "paused";
});

whenBlocked(pause);

// The keys for media, and the controls of a locked phone.
if (navigator.mediaSession && window.MediaMetadata) {
  navigator.mediaSession.metadata = new MediaMetadata({ title: recording.title });
  const keys = { play, pause, stop: pause, seekbackward: () => step(-10_000), seekforward: () => step(10_000), seekto: ({ seekTime }) => seek(seekTime * 1000) };
  for (const action in keys) {
    try {
      navigator.mediaSession.setActionHandler(action, keys[action]);
    } catch (unknown) {
      // This browser doesn't have it.
    }
  }
}

drawVolume();
drawFull();
