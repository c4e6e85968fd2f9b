// Tells hosts about people who wait to be admitted: in the title of the tab, with a sound, a notice with buttons, and a desktop
// notification if the host turned it on.
import { at, session } from "./session.js";
import { caption } from "./captions.js";
import { el, isolate, write } from "./dom.js";
import { isOpen } from "./panels.js";
import { keep, kept } from "./preferences.js";
import { send } from "./state.js";

const place = document.getElementById("admin-messages");
const tick = document.getElementById("notify-waiting");
const title = document.title;
const wants = "waiting-notifications";
let known = new Set(); // ids of those who wait
let note;
let context;

const rows = () => [...document.querySelectorAll("#lobby [data-waits]")].map((row) => ({ id: row.dataset.waits, name: row.querySelector("b").textContent.trim() }));

function follow() {
  const people = rows();
  const fresh = people.filter(({ id }) => !known.has(id));
  known = new Set(people.map(({ id }) => id));
  document.title = people.length > 0 ? `(${people.length}) ${title}` : title;
  for (const dot of document.querySelectorAll("[data-waiting-dot]")) {
    dot.hidden = people.length === 0;
    write(dot.firstElementChild, String(people.length));
  }
  if (fresh.length > 0) tell(people);
  else if (note && people.length > 0) show(people);
  if (people.length === 0) close();
}

const sentence = (people) => (people.length === 1 ? `${isolate(people[0].name)} is in the waiting room.` : `${people.length} people are in the waiting room.`);

// With the list open, the buttons are visible there.
function tell(people) {
  caption(sentence(people));
  chime();
  if (!isOpen("people")) show(people);
  if (document.hidden && kept(wants, false) && window.Notification?.permission === "granted") new Notification(session.title, { body: sentence(people), tag: at("waiting") });
}

function show(people) {
  const focused = note?.contains(document.activeElement);
  const button = (words, variant, act) => {
    const one = el("button", { class: "btn", "data-size": "sm", type: "button", ...(variant && { "data-variant": variant }) }, words);
    one.addEventListener("click", () => act(one));
    return one;
  };
  const decide = (path, button) => send(at(path), people.map(({ id }) => ["person", id]), button);
  const fresh = el("div", { class: "note", "data-kind": "wait" }, el("p", {}, sentence(people)),
    button(people.length === 1 ? "Admit" : "Admit all", "", (one) => decide("admit", one)),
    people.length === 1 ? button("Deny", "outline", (one) => decide("refuse", one)) : el("button", { class: "btn", "data-size": "sm", "data-variant": "outline", type: "button", "data-open": "people" }, "Show"),
    button("Hide", "ghost", close));
  if (note) note.replaceWith(fresh);
  else place.append(fresh);
  note = fresh;
  if (focused) note.querySelector("button").focus();
}

function close() {
  const focused = note?.contains(document.activeElement);
  note?.remove();
  note = undefined;
  if (focused) document.querySelector('[data-panel-toggle="people"]').focus();
}

// Two short tones. A browser plays them once the page was clicked.
function chime() {
  if (!window.AudioContext) return;
  context ??= new AudioContext();
  if (context.state !== "running") return;
  [660, 880].forEach((frequency, i) => {
    const tone = context.createOscillator(), volume = context.createGain(), start = context.currentTime + i * 0.16;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.32);
  });
}

if (session.me.leads) {
  document.addEventListener("stage:state", follow);
  document.addEventListener("click", (event) => {
    if (window.AudioContext && !context) context = new AudioContext();
    if (context?.state === "suspended") context.resume();
    if (event.target.closest('[data-panel-toggle="people"], [data-open="people"]')) close();
  });
  follow();
}

if (tick && window.Notification) {
  tick.closest("[hidden]").hidden = false;
  tick.checked = kept(wants, false) && Notification.permission === "granted";
  tick.addEventListener("change", async () => {
    if (tick.checked && (await Notification.requestPermission()) !== "granted") tick.checked = false;
    document.getElementById("notify-blocked").hidden = Notification.permission !== "denied";
    keep(wants, tick.checked);
  });
}
