// The tiles: one for each participant, and one for each shared screen. The large one is the pinned one, or else a screen, or else, in
// speaker view, the person who speaks. Tiles stay in place in the document, because moving a video stops it.
import { el, mark, swapIcon, icon, tone, write } from "../live/dom.js";
import { kept, keep } from "../live/preferences.js";
import { even } from "../live/layout.js";
import { caption } from "../live/captions.js";
import { covers, heard, isScreen, partsOf, present, recording } from "./recording.js";
import { isShown, parts, whenLoaded } from "./parts.js";
import { now, watch } from "./playback.js";
import { isSpeaking, speaker } from "./speech.js";

const list = document.getElementById("player-tiles");
const stage = document.getElementById("player-stage");
const tiles = new Map(); // by person and kind
const screensOf = (person) => partsOf(person).filter(isScreen);
let pinned = null;
let view = kept("view", "grid");

for (const person of recording.people) {
  if (screensOf(person).length > 0) make(person, "screen");
  make(person, "camera");
}

function make(person, kind) {
  const key = `${person.id} ${kind}`;
  const whose = kind === "screen" ? `${person.name}'s screen` : person.name;
  const tile = el("li", { class: "tile", "data-person": person.id, "data-kind": kind, "data-tone": tone(person.id), hidden: true },
    el("span", { class: "face", "aria-hidden": "true" }, person.initials),
    el("span", { class: "broken", hidden: true }, icon("circle-alert"), "Can't be played"),
    el("p", {}, el("span", { class: "sign" }), el("span", { class: "name", dir: "auto", title: whose }, whose)),
    el("span", { class: "tools" }, el("button", { type: "button", "data-pin": key })));
  tiles.set(key, { key, person, kind, tile });
  list.append(tile);
}

whenLoaded((part, gone) => {
  if (!part.data.video || gone) return;
  const holder = tiles.get(`${part.data.person} ${isScreen(part.data) ? "screen" : "camera"}`);
  holder?.tile.prepend(part.element);
});

const sharing = ({ person }, at) => screensOf(person).find((part) => covers(part, at));

function largest(items, at) {
  if (items.some(({ key }) => key === pinned)) return pinned;
  const screens = items.filter(({ kind }) => kind === "screen").sort((a, b) => sharing(b, at).offset - sharing(a, at).offset);
  if (screens.length > 0) return screens[0].key;
  if (view !== "speaker" || items.length < 2) return null;
  const spoke = speaker((id) => items.some(({ person }) => person.id === id));
  return (items.find(({ person }) => person.id === spoke) ?? items[0]).key;
}

export function draw() {
  const at = Math.min(now(), recording.duration - 1);
  const items = [...tiles.values()].filter((item) => (item.kind === "screen" ? sharing(item, at) : present(item.person, at)));
  const large = largest(items, at);
  const rest = items.filter(({ key }) => key !== large).length;
  list.dataset.form = large === null ? "even" : rest === 0 ? "one" : "strip";
  if (large === null) {
    const { w, h } = even(Math.max(1, items.length), list.clientWidth, list.clientHeight);
    list.style.setProperty("--tile-w", `${w}px`);
    list.style.setProperty("--tile-h", `${h}px`);
  }
  mark(stage, "data-empty", items.length === 0);
  for (const item of tiles.values()) {
    const shown = items.includes(item);
    item.tile.hidden = !shown;
    if (shown) fill(item, at, item.key === large);
  }
}

function fill({ key, person, kind, tile }, at, large) {
  const own = parts.filter(({ data }) => data.video && data.person === person.id && isScreen(data) === (kind === "screen"));
  let seen = false;
  for (const part of own) {
    const visible = isShown(part, at);
    if (part.element) part.element.hidden = !visible;
    seen ||= visible;
  }
  mark(tile, "data-main", large);
  mark(tile, "data-unseen", !seen);
  tile.querySelector(".face").hidden = seen;
  tile.querySelector(".broken").hidden = !own.some((part) => part.failed !== "" && covers(part.data, at));
  mark(tile, "data-speaking", kind === "camera" && isSpeaking(person.id));
  const sign = tile.querySelector(".sign");
  const silent = kind === "camera" && !heard(person, "microphone", at);
  sign.hidden = kind === "camera" && !silent;
  if (kind === "screen") swapIcon(sign, "screen-share");
  else if (silent) swapIcon(sign, "mic-off", "Muted");
  const pin = tile.querySelector("[data-pin]");
  const held = pinned === key;
  pin.hidden = tilesShown() < 2;
  mark(pin, "aria-pressed", held ? "true" : "false");
  swapIcon(pin, held ? "pin-off" : "pin");
  mark(pin, "aria-label", `${held ? "Unpin" : "Pin"} ${kind === "screen" ? `the screen of ${person.name}` : person.name}`);
}

const tilesShown = () => list.querySelectorAll(":scope > li:not([hidden])").length;

function setPin(key) {
  pinned = pinned === key ? null : key;
  draw();
}

export const viewOf = () => view;
export function toggleView() {
  view = view === "grid" ? "speaker" : "grid";
  pinned = null;
  keep("view", view);
  caption(view === "grid" ? "Grid view." : "Speaker view.");
  drawView();
  draw();
}

function drawView() {
  const button = document.querySelector("[data-player-action=view]");
  swapIcon(button, view === "grid" ? "presentation" : "layout-grid");
  const words = view === "grid" ? "Speaker view" : "Grid view";
  mark(button, "aria-label", words);
  mark(button, "title", `${words} (G)`);
}

list.addEventListener("click", (event) => {
  const pin = event.target.closest("[data-pin]");
  if (pin) setPin(pin.dataset.pin);
});

new ResizeObserver(draw).observe(stage);
watch(draw);
drawView();
draw();
