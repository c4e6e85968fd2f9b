// The list of people: raised hands, who is in the session, and the actions of hosts.
import { at, session } from "./session.js";
import { el, gathered, icon, initials, isolate, mark, swapIcon, write } from "./dom.js";
import { caption } from "./captions.js";
import { raised, handOf, whenHands } from "./hands.js";
import { about, allParticipants, isMe, leads, partOf, room, RoomEvent, whenChanged } from "./room.js";
import { send } from "./state.js";
import { say } from "../toasts.js";

const everyone = document.getElementById("everyone");
const handList = document.getElementById("hands");
const rows = { everyone: new Map(), hands: new Map() };

const states = (participant) => [
  participant.isScreenShareEnabled && "sharing screen",
  !participant.isScreenShareEnabled && !participant.isCameraEnabled && "camera off",
].filter(Boolean);

const draw = gathered(() => {
  if (!everyone.isConnected) return;
  const people = allParticipants();
  const byName = (a, b) => order(a) - order(b) || about(a).name.localeCompare(about(b).name);
  const sorted = people.toSorted(byName);
  fillList(everyone, rows.everyone, sorted, (p) => [partOf(p), ...states(p)].join(", "), true);
  const hands = raised().map(({ identity }) => people.find((p) => p.identity === identity)).filter(Boolean);
  fillList(handList, rows.hands, hands, (p) => `${partOf(p)}, raised ${span(Date.now() - handOf(p.identity))} ago`, false);
  handList.closest("section").hidden = hands.length === 0;
  for (const place of document.querySelectorAll("[data-people-count]")) write(place, String(people.length));
  const here = new Set(people.map((p) => p.identity));
  for (const row of document.querySelectorAll("#absent [data-person]")) row.hidden = here.has(row.dataset.person);
  const absent = document.getElementById("absent");
  if (absent) absent.hidden = !absent.querySelector("[data-person]:not([hidden])");
});

// The local participant first, then hosts, then the others.
const order = (p) => (isMe(p) ? 0 : leads(p) ? 1 : 2);

function fillList(list, known, people, words, controls) {
  people.forEach((participant, i) => {
    const key = participant.identity;
    if (!known.has(key)) known.set(key, row(participant, controls));
    const li = known.get(key);
    fill(li, participant, words(participant));
    if (list.children[i] !== li) list.insertBefore(li, list.children[i] ?? null);
  });
  while (list.children.length > people.length) list.lastElementChild.remove();
  const here = new Set(people.map((p) => p.identity));
  for (const key of known.keys()) if (!here.has(key)) known.delete(key);
}

function row(participant, controls) {
  const li = el("li", { "data-person": participant.identity },
    el("span", { class: "avatar", "data-size": "sm", "data-you": isMe(participant), "aria-hidden": "true" }, el("span")),
    el("span", {}, el("b", { dir: "auto" }), el("small")),
    el("span", { class: "ic" }, el("i", { class: "hand" }), el("i", { class: "sound" })));
  if (!controls || !session.me.leads || isMe(participant)) return li;
  const more = el("button", { class: "btn", "data-variant": "ghost", "data-size": "icon-sm", type: "button", "aria-expanded": "false" });
  const actions = el("div", { class: "row", hidden: true },
    el("button", { class: "btn", "data-variant": "outline", "data-size": "sm", type: "button", "data-host-ask": "mute" }, "Mute"),
    el("button", { class: "btn", "data-variant": "outline", "data-size": "sm", type: "button", "data-host-ask": "ask-to-unmute" }, "Ask to unmute"),
    el("button", { class: "btn", "data-variant": "outline", "data-size": "sm", type: "button", "data-host-ask": "stop-video" }, "Stop video"),
    el("button", { class: "btn", "data-variant": "outline", "data-size": "sm", type: "button", "data-host-ask": "lower-hand" }, "Lower hand"),
    el("button", { class: "btn", "data-variant": "outline", "data-size": "sm", type: "button", "data-put-out": true }, "Remove…"));
  more.addEventListener("click", () => {
    actions.hidden = !actions.hidden;
    more.setAttribute("aria-expanded", String(!actions.hidden));
  });
  li.querySelector(".ic").append(more);
  li.append(actions);
  return li;
}

function fill(li, participant, small) {
  const { name } = about(participant);
  write(li.querySelector(".avatar > span"), initials(name));
  write(li.querySelector("b"), isMe(participant) ? `${name} (you)` : name);
  write(li.querySelector("small"), small);
  const up = handOf(participant.identity) !== null;
  const hand = li.querySelector(".hand");
  hand.hidden = !up;
  if (up) swapIcon(hand, "hand", "Hand raised");
  const heard = participant.isMicrophoneEnabled;
  mark(li.querySelector(".sound"), "data-off", !heard);
  swapIcon(li.querySelector(".sound"), heard ? "mic" : "mic-off", heard ? "Microphone on" : "Muted");
  const more = li.querySelector("[aria-expanded]");
  if (!more) return;
  swapIcon(more, "ellipsis");
  mark(more, "aria-label", `Actions for ${name}`);
  const shown = { mute: heard, "ask-to-unmute": !heard, "stop-video": participant.isCameraEnabled, "lower-hand": up };
  for (const [ask, show] of Object.entries(shown)) li.querySelector(`[data-host-ask="${ask}"]`).hidden = !show;
  li.querySelector("[data-put-out]").hidden = about(participant).part === "host";
}

function span(ms) {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

// Mute all mutes each of the others who isn't muted.
document.querySelector("[data-everybody]")?.addEventListener("formdata", (event) => {
  for (const p of room.remoteParticipants.values()) if (p.isMicrophoneEnabled) event.formData.append("person", p.identity);
});

const asks = document.getElementById("put-out");

const done = {
  mute: (name) => `${name} is muted.`,
  "ask-to-unmute": (name) => `You asked ${name} to unmute.`,
  "stop-video": (name) => `The video of ${name} is stopped.`,
  "lower-hand": (name) => `The hand of ${name} is lowered.`,
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-host-ask], [data-put-out]");
  if (!button) return;
  const person = button.closest("[data-person]").dataset.person;
  const name = about(room.remoteParticipants.get(person) ?? { name: "" }).name;
  const ask = button.dataset.hostAsk;
  if (ask) {
    if (await send(at(ask), { person }, button)) say(done[ask](isolate(name)));
    return;
  }
  write(asks.querySelector("h2"), `Remove ${isolate(name)} from the session?`);
  asks.querySelector("[name=person]").value = person;
  asks.showModal();
});

room.on(RoomEvent.ParticipantConnected, (participant) => caption(`${about(participant).name} joined.`));
room.on(RoomEvent.ParticipantDisconnected, (participant) => caption(`${about(participant).name} left.`));

whenChanged(draw);
whenHands(draw);
document.addEventListener("stage:state", draw);
setInterval(() => raised().length > 0 && draw(), 5000);
draw();
