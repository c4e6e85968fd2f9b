// The one clock that all parts follow. It stands still while the recording is paused, and while a part that is due isn't ready.
import { duration } from "./recording.js";
import { align, late, pauseAll, ready } from "./parts.js";

const every = 100; // between two looks at the parts
const patience = 10_000; // how long the clock waits for a part

let at = 0;
let since = 0; // when the clock started to run
let runs = false;
let playing = false;
let speed = 1;
let waiting = 0; // since when the clock waits for parts
let shown = "";

const watchers = new Set();
// Calls f after each change, and while the recording plays about ten times a second.
export const watch = (f) => watchers.add(f);

export const now = () => (runs ? Math.min(duration, at + (performance.now() - since) * speed) : at);
export const isPlaying = () => playing;
export const isWaiting = () => waiting > 0 && performance.now() - waiting > 300;
export const speedOf = () => speed;
export const hasEnded = () => !playing && at >= duration;

function set(ms) {
  at = Math.min(duration, Math.max(0, ms));
  since = performance.now();
}

function run(on) {
  if (on === runs) return;
  set(now());
  runs = on;
}

export function play() {
  if (playing) return;
  if (at >= duration) seek(0);
  playing = true;
  look();
}

export function pause() {
  if (!playing) return;
  playing = false;
  waiting = 0;
  run(false);
  look();
}

export const toggle = () => (playing ? pause() : play());

// Moves to a time, exactly.
export function seek(ms) {
  set(ms);
  waiting = 0;
  look(true);
}

export function setSpeed(value) {
  set(now());
  speed = Math.min(2, Math.max(0.5, value));
  look();
}

// look brings the parts to the time of the clock. Exactly: also those that are only a little off.
export function look(exactly = false) {
  if (playing && now() >= duration) {
    run(false);
    set(duration);
    playing = false;
    waiting = 0;
  }
  const time = Math.min(now(), duration - 1); // at the end, the last picture stays
  align(time, { playing, speed, exactly, held: playing && waiting > 0 });
  if (playing) {
    const blocked = !ready(time);
    if (blocked && waiting === 0) waiting = performance.now();
    if (blocked && performance.now() - waiting > patience) late(time); // goes on without it
    if (!blocked) waiting = 0;
    if (runs === blocked) {
      run(!blocked);
      align(time, { playing, speed, exactly: false, held: blocked });
    }
  } else pauseAll();
  tell();
}

function tell() {
  const state = `${at} ${playing} ${isWaiting()} ${speed}`;
  if (!playing && state === shown) return;
  shown = state;
  for (const f of watchers) f();
}

setInterval(() => (playing || document.visibilityState === "visible") && look(), every);
for (const kind of ["canplay", "seeked", "loadedmetadata", "progress", "waiting"]) {
  document.addEventListener(kind, (event) => event.target.dataset?.part !== undefined && (look(), watchers.forEach((f) => f())), true);
}
