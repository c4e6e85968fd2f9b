// The tiles: one for each participant and one for each shared screen. The large tile is the pinned one, or else a screen, or
// else, in speaker view, the person who speaks.
import { root } from "./session.js";
import { kept, keep } from "./preferences.js";
import { el, gathered, icon, initials, mark, swapIcon, tone, write } from "./dom.js";
import { arrange } from "./layout.js";
import { caption } from "./captions.js";
import { handOf, whenHands } from "./hands.js";
import { reached } from "./timing.js";
import { about, allParticipants, ConnectionQuality, isMe, room, RoomEvent, Track, whenChanged } from "./room.js";

const list = document.getElementById("tiles");
const drawn = new Map(); // tiles by key
let pinned = null;
let view = kept("view", "grid");
let loud = []; // recent speakers, the latest first

const keyOf = (participant, kind) => `${participant.identity} ${kind}`;

function shown() {
  const people = allParticipants();
  const screens = people.filter((p) => p.isScreenShareEnabled).map((participant) => ({ participant, kind: "screen" }));
  return [...screens, ...people.map((participant) => ({ participant, kind: "camera" }))];
}

const isLarge = (item, key) => keyOf(item.participant, item.kind) === key;

function largest(items) {
  if (items.some((item) => isLarge(item, pinned))) return pinned;
  const screen = items.findLast((item) => item.kind === "screen" && !isMe(item.participant));
  if (screen) return keyOf(screen.participant, "screen");
  if (view !== "speaker" || items.length < 2) return null;
  const others = items.filter((item) => item.kind === "camera" && !isMe(item.participant));
  const speaker = loud.map((identity) => others.find((item) => item.participant.identity === identity)).find(Boolean) ?? others[0];
  return speaker ? keyOf(speaker.participant, "camera") : null;
}

export const draw = gathered(() => {
  if (!list.isConnected) return;
  const items = shown();
  const large = largest(items);
  const places = arrange(list, items.length, large !== null);
  const order = large === null ? items : [...items.filter((i) => isLarge(i, large)), ...first(items.filter((i) => !isLarge(i, large)), places)];
  const hidden = items.length - order.length;
  const elements = order.map((item) => {
    const key = keyOf(item.participant, item.kind);
    if (!drawn.has(key)) drawn.set(key, make(key));
    const tile = drawn.get(key);
    fill(tile, item, key === large);
    return tile;
  });
  if (hidden > 0) elements.push(rest(hidden));
  place(elements);
  for (const [key, tile] of drawn) {
    if (elements.includes(tile)) continue;
    attach(tile, null);
    tile.remove();
    drawn.delete(key);
  }
});

// The visible tiles: recent speakers before the others, in their existing order.
function first(items, places) {
  if (items.length <= places) return items;
  const rank = (item) => {
    const spoke = loud.indexOf(item.participant.identity);
    return spoke < 0 ? items.indexOf(item) + loud.length : spoke;
  };
  const chosen = new Set([...items].sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(0, places - 1)));
  return items.filter((item) => chosen.has(item));
}

function place(elements) {
  elements.forEach((element, i) => {
    if (list.children[i] !== element) list.insertBefore(element, list.children[i] ?? null);
  });
  while (list.children.length > elements.length) list.lastElementChild.remove();
}

let more;
function rest(count) {
  if (!more) {
    more = el("li", { class: "tile", "data-rest": true }, el("button", { type: "button", "data-open": "people" }));
  }
  write(more.firstChild, `${count} more`);
  return more;
}

function make(key) {
  const tile = el("li", { class: "tile" },
    el("video", { playsinline: true, autoplay: true, muted: true, hidden: true, "aria-hidden": "true" }),
    el("span", { class: "face", "aria-hidden": "true" }),
    el("span", { class: "raised", hidden: true }, icon("hand"), "Hand raised"),
    el("p", {}, el("span", { class: "sign" }), el("span", { class: "name", dir: "auto" }), el("span", { class: "weak", hidden: true })),
    el("span", { class: "tools" },
      el("button", { type: "button", "data-float": key, "aria-label": "Open in picture-in-picture" }, icon("picture-in-picture-2")),
      el("button", { type: "button", "data-pin": key })));
  tile.querySelector("video").muted = true;
  return tile;
}

function fill(tile, { participant, kind }, large) {
  const { name, guest } = about(participant);
  const mine = isMe(participant);
  const publication = participant.getTrackPublication(kind === "screen" ? Track.Source.ScreenShare : Track.Source.Camera);
  const track = publication && !publication.isMuted ? publication.track ?? null : null;
  attach(tile, track);
  mark(tile, "data-person", participant.identity);
  mark(tile, "data-kind", kind);
  mark(tile, "data-tone", tone(participant.identity));
  mark(tile, "data-main", large);
  mark(tile, "data-mirror", mine && kind === "camera" && kept("facing", "user") === "user");
  mark(tile, "data-speaking", kind === "camera" && participant.isSpeaking);
  const seen = track !== null && pictured.get(tile) === track;
  mark(tile, "data-unseen", track !== null && !seen);
  write(tile.querySelector(".face"), initials(name));
  tile.querySelector(".face").hidden = seen;
  tile.querySelector("video").hidden = track === null;
  tile.querySelector(".raised").hidden = kind === "screen" || handOf(participant.identity) === null;

  const sign = tile.querySelector(".sign");
  const muted = kind === "camera" && !participant.isMicrophoneEnabled;
  if (kind === "screen") swapIcon(sign, "screen-share");
  else swapIcon(sign, muted ? "mic-off" : "mic", muted ? "Muted" : "Microphone on");
  const who = mine ? `${name} (you)` : guest ? `${name}, guest` : name;
  const words = kind !== "screen" ? who : mine ? "Your screen" : `${name}'s screen`;
  write(tile.querySelector(".name"), words);
  mark(tile.querySelector(".name"), "title", words);

  const weak = tile.querySelector(".weak");
  const poor = [ConnectionQuality.Poor, ConnectionQuality.Lost].includes(participant.connectionQuality);
  weak.hidden = kind === "screen" || !poor;
  if (!weak.hidden) swapIcon(weak, "wifi-off", "Poor connection");

  const pin = tile.querySelector("[data-pin]");
  const held = pinned === pin.dataset.pin;
  mark(pin, "aria-pressed", held ? "true" : "false");
  swapIcon(pin, held ? "pin-off" : "pin");
  mark(pin, "aria-label", held ? `Unpin ${name}` : `Pin ${kind === "screen" ? "the screen of " : ""}${name}`);
  tile.querySelector("[data-float]").hidden = track === null || !document.pictureInPictureEnabled;
}

const attached = new WeakMap();
const pictured = new WeakMap(); // the track of which a tile has shown a frame; until then it shows the initials
function attach(tile, track) {
  const before = attached.get(tile) ?? null;
  if (before === track) return;
  const video = tile.querySelector("video");
  before?.detach(video);
  track?.attach(video);
  attached.set(tile, track);
  video.muted = true;
  if (track === null) return;
  if (!video.requestVideoFrameCallback) pictured.set(tile, track);
  else video.requestVideoFrameCallback(() => {
    if (attached.get(tile) !== track) return;
    pictured.set(tile, track);
    draw();
  });
}

// Audio plays whether or not its tile is visible.
const sounds = document.getElementById("sounds");
room.on(RoomEvent.TrackSubscribed, (track) => {
  if (track.kind === Track.Kind.Audio) sounds.append(track.attach());
});
room.on(RoomEvent.TrackUnsubscribed, (track) => {
  if (track.kind === Track.Kind.Audio) for (const element of track.detach()) element.remove();
});

list.addEventListener("playing", (event) => {
  const tile = event.target.closest("[data-person]");
  if (tile && tile.dataset.person !== room.localParticipant.identity) reached("picture");
}, true);

room.on(RoomEvent.ActiveSpeakersChanged, (speakers) => {
  const heard = speakers.filter((p) => !isMe(p)).map((p) => p.identity);
  if (heard.length > 0) loud = [...heard, ...loud.filter((identity) => !heard.includes(identity))].slice(0, 20);
  draw();
});

function pin(key) {
  pinned = pinned === key ? null : key;
  draw();
}

export function toggleView() {
  view = view === "grid" ? "speaker" : "grid";
  pinned = null;
  keep("view", view);
  caption(view === "grid" ? "Grid view." : "Speaker view.");
  drawView();
  draw();
}

function drawView() {
  for (const button of document.querySelectorAll("[data-view]")) {
    swapIcon(button, view === "grid" ? "presentation" : "layout-grid");
    const words = view === "grid" ? "Speaker view" : "Grid view";
    if (button.querySelector("span")) write(button.querySelector("span"), words);
    else mark(button, "aria-label", words);
  }
}

list.addEventListener("click", async (event) => {
  const pinner = event.target.closest("[data-pin]");
  if (pinner) return pin(pinner.dataset.pin);
  const floater = event.target.closest("[data-float]");
  if (!floater) return;
  const video = floater.closest(".tile").querySelector("video");
  if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
  else await video.requestPictureInPicture().catch(() => {});
});

list.addEventListener("dblclick", (event) => {
  const tile = event.target.closest("[data-person]");
  if (tile && !event.target.closest("button")) pin(`${tile.dataset.person} ${tile.dataset.kind}`);
});

document.addEventListener("click", (event) => event.target.closest("[data-view]") && toggleView());

new ResizeObserver(draw).observe(list);
new MutationObserver(draw).observe(root, { attributes: true });
whenChanged(draw);
whenHands(draw);
drawView();
draw();
