// Who speaks, by the level of each microphone. Without Web Audio no one is marked, and the sound plays anyway.
import { apply, loudness, whenLoaded } from "./parts.js";
import { isPlaying, watch } from "./playback.js";

const loud = 0.012; // level of speech, of 1
const linger = 700; // milliseconds for which someone still counts as speaking
const takeover = 900; // milliseconds of speech after which someone else becomes the speaker

let context = null;
let gain = null; // the volume of everything
const meters = new Map(); // by part
const people = new Map(); // ID → when they began to speak, when they were last heard, how loud
let current = null;

// Starts with the first press of play: until then a browser would keep it silent, and the recording with it.
async function start() {
  if (context?.state === "suspended" && meters.size > 0) await context.resume().catch(() => {});
  if (context || !window.AudioContext) return;
  context = new AudioContext();
  gain = context.createGain();
  gain.connect(context.destination);
  await context.resume().catch(() => {});
  if (context.state !== "running") return;
  for (const part of waiting.splice(0)) connect(part);
}

const waiting = [];
function connect(part) {
  if (!part.element || meters.has(part)) return;
  const source = context.createMediaElementSource(part.element);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(gain);
  source.connect(analyser);
  part.routed = true;
  apply(part);
  meters.set(part, { source, analyser, samples: new Float32Array(analyser.fftSize) });
}

whenLoaded((part, gone) => {
  if (part.data.source !== "microphone") return;
  if (gone) {
    const meter = meters.get(part);
    meter?.source.disconnect();
    meters.delete(part);
  } else if (context?.state === "running") connect(part);
  else waiting.push(part);
});

function level({ analyser, samples }) {
  analyser.getFloatTimeDomainData(samples);
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

function measure() {
  if (!isPlaying()) return;
  start();
  if (gain && gain.gain.value !== loudness()) gain.gain.value = loudness();
  const time = performance.now();
  for (const [part, meter] of meters) {
    if (!part.on || level(meter) < loud) continue;
    const known = people.get(part.data.person);
    const goesOn = known && time - known.heard < linger;
    people.set(part.data.person, { began: goesOn ? known.began : time, heard: time });
  }
  const heard = [...people].filter(([, one]) => time - one.heard < linger);
  const still = heard.some(([id]) => id === current);
  const next = heard.filter(([, one]) => time - one.began > (current === null ? 0 : takeover)).sort(([, a], [, b]) => a.began - b.began)[0];
  if (!still && next) current = next[0];
}

export const isSpeaking = (id) => isPlaying() && performance.now() - (people.get(id)?.heard ?? -linger) < linger;

// The last speaker whom among accepts; null if there is none.
export function speaker(among) {
  if (current !== null && among(current)) return current;
  const heard = [...people].filter(([id]) => among(id)).sort(([, a], [, b]) => b.heard - a.heard);
  return heard[0]?.[0] ?? null;
}

watch(measure);
