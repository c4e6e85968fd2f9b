// The elements that play the parts. Each is loaded when the clock comes near it, and given back when it is far.
import { covers, recording, root, within } from "./recording.js";

const ahead = 15_000; // a part is loaded this long before it begins
const behind = 30_000; // and kept this long after it has ended
const jump = 0.3; // seconds off the clock, beyond which a part is sought; below, its speed is changed
const slack = 0.04; // seconds that need no correction
const nudge = 0.08;
const pauseBetweenJumps = 3000;

// A part as it is played: element is null while it isn't loaded.
export const parts = recording.parts.map((data) => ({ data, element: null, on: false, routed: false, sought: 0, late: false, failed: "", tries: 0 }));

const loaders = new Set();
// Calls f with each part whose element was created, and with true when it is removed.
export const whenLoaded = (f) => loaders.add(f);
const failures = new Set();
// Calls f with a part that can't be played, and its MediaError.
export const whenFailed = (f) => failures.add(f);

let sound = { volume: 1, muted: false };
export const loudness = () => (sound.muted ? 0 : sound.volume);
export function setSound(volume, muted) {
  sound = { volume, muted };
  for (const part of parts) if (part.element) apply(part);
}
// Sound that goes through Web Audio gets its volume there.
export function apply({ element, data, routed }) {
  element.volume = routed ? 1 : sound.volume;
  element.muted = data.video || (!routed && sound.muted);
}

function load(part) {
  const element = document.createElement(part.data.video ? "video" : "audio");
  element.preload = "auto";
  element.playsInline = true;
  element.disableRemotePlayback = true;
  element.dataset.part = parts.indexOf(part);
  element.setAttribute("aria-hidden", "true");
  element.tabIndex = -1;
  element.addEventListener("error", () => part.element === element && failures.forEach((f) => f(part, element.error)));
  part.element = element;
  part.on = false;
  part.routed = false;
  apply(part);
  root.append(element); // a picture moves into its tile
  loaders.forEach((f) => f(part, false));
  element.src = part.data.url;
}

export function unload(part) {
  const { element } = part;
  if (!element) return;
  loaders.forEach((f) => f(part, true));
  part.element = null;
  part.on = false;
  element.removeAttribute("src");
  element.load(); // ends its connection
  element.remove();
}

// A muted camera has no picture to wait for.
const wanted = ({ data, failed }, time) => !failed && covers(data, time) && !(data.video && within(data.muted, time));

const last = (element) => (Number.isFinite(element.duration) ? element.duration : Infinity);
const atEnd = (element, second) => element.ended || second >= last(element) - 0.05;
const canPlay = (part, time) => {
  const { element } = part;
  if (!element || element.seeking) return false;
  return element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA || (element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && atEnd(element, (time - part.data.offset) / 1000));
};

// Reports whether all parts that are due can play, but for those that were waited for long enough.
export function ready(time) {
  return parts.every((part) => {
    if (!wanted(part, time)) return true;
    if (canPlay(part, time)) part.late = false;
    return part.late || canPlay(part, time);
  });
}

// Stops waiting for the parts that aren't ready.
export function late(time) {
  for (const part of parts) if (wanted(part, time) && !canPlay(part, time)) part.late = true;
}

// Brings each part to the time. held: the clock waits for parts, so that the others pause.
export function align(time, { playing, speed, exactly, held }) {
  for (const part of parts) {
    const { offset, duration } = part.data;
    const near = time > offset - ahead * speed && time < offset + duration + behind;
    if (!near) unload(part);
    else if (!part.element && !part.failed) load(part);
    if (!part.element) continue;
    if (!wanted(part, time)) rest(part);
    else follow(part, (time - offset) / 1000, { playing, speed, exactly, stands: held || !playing, held: held && canPlay(part, time) });
  }
}

function rest(part) {
  part.on = false;
  if (!part.element.paused) part.element.pause();
}

function follow(part, second, { playing, speed, exactly, stands, held }) {
  const { element } = part;
  if (element.readyState < HTMLMediaElement.HAVE_METADATA) return kick(part, playing);
  const target = Math.min(second, last(element));
  const fresh = !part.on;
  part.on = true;
  const drift = target - element.currentTime;
  const far = Math.abs(drift) > jump && !element.seeking && performance.now() - part.sought > pauseBetweenJumps;
  if ((exactly || (fresh && stands)) ? Math.abs(drift) > 0.001 : far) {
    part.sought = performance.now();
    element.currentTime = target;
    element.playbackRate = speed;
  } else if (playing && !held) element.playbackRate = speed * (1 + correction(element, drift, speed));
  if (playing && !held && !atEnd(element, second)) kick(part, true);
  else if (!element.paused) element.pause();
}

// A correction goes on until the part is back in time, so that the speed doesn't change all the time.
const correcting = new WeakSet();
function correction(element, drift, speed) {
  const off = Math.abs(drift);
  if (off > slack) correcting.add(element);
  else if (off < slack / 4) correcting.delete(element);
  return correcting.has(element) ? Math.max(-nudge, Math.min(nudge, drift / speed)) : 0;
}

const blocked = new Set();
// Calls f when the browser refuses to play without a press.
export const whenBlocked = (f) => blocked.add(f);
function kick(part, playing) {
  if (!playing || !part.element.paused) return;
  part.element.play().catch((error) => error.name === "NotAllowedError" && blocked.forEach((f) => f()));
}

export function pauseAll() {
  for (const { element } of parts) if (element && !element.paused) element.pause();
}

// Loads a part again, after a failure.
export function retry(part) {
  unload(part);
  part.failed = "";
  part.late = false;
}

// The stretch around the time for which all parts that are due are loaded.
export function buffered(time) {
  let [from, to] = [0, recording.duration];
  for (const part of parts) {
    const { offset, duration } = part.data;
    if (!wanted(part, time)) {
      if (offset > time && !part.failed) to = Math.min(to, loadedFrom(part, 0) ?? offset);
      continue;
    }
    if (!part.element) return [time, time];
    const second = (time - offset) / 1000;
    const ranges = part.element.buffered;
    let found = false;
    for (let i = 0; i < ranges.length; i++) {
      if (second < ranges.start(i) - 0.1 || second > ranges.end(i) + 0.1) continue;
      found = true;
      if (ranges.start(i) > 0.5) from = Math.max(from, offset + ranges.start(i) * 1000);
      if (ranges.end(i) < duration / 1000 - 0.5) to = Math.min(to, offset + ranges.end(i) * 1000);
    }
    if (!found) return [time, time];
  }
  return [Math.min(from, time), Math.max(to, time)];
}

// The time until which a part that begins later is loaded; null if it is loaded to its end.
function loadedFrom({ element, data }) {
  const ranges = element?.buffered;
  if (!ranges || ranges.length === 0) return data.offset;
  const end = ranges.end(0);
  return end < data.duration / 1000 - 0.5 ? data.offset + end * 1000 : null;
}

export const isShown = (part, time) => part.data.video && part.element !== null && wanted(part, time) &&
  part.element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && part.on;
