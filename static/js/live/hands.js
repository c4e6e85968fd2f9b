// Raised hands in order. Each page sends its own hand to the others, and again to people who join later.
import { session } from "./session.js";
import { caption } from "./captions.js";
import { about, me, room, RoomEvent } from "./room.js";
import { say } from "../toasts.js";

const topic = "hand";
const up = new Map(); // identity to the time it was raised, by our clock
const listeners = [];
const text = new TextEncoder();
const words = new TextDecoder();

export const handOf = (identity) => up.get(identity) ?? null;
export const raised = () => [...up].sort((a, b) => a[1] - b[1]).map(([identity, since]) => ({ identity, since }));
export const whenHands = (f) => listeners.push(f);

function changed() {
  for (const button of document.querySelectorAll("[data-hand-toggle]")) button.setAttribute("aria-pressed", String(handOf(session.me.id) !== null));
  for (const f of listeners) f();
}

function tell(to) {
  const since = handOf(session.me.id);
  const said = JSON.stringify(since === null ? { up: false } : { up: true, for: Date.now() - since });
  me().publishData(text.encode(said), { reliable: true, topic, destinationIdentities: to }).catch(() => {});
}

export function toggleHand() {
  if (!up.delete(session.me.id)) up.set(session.me.id, Date.now());
  caption(handOf(session.me.id) === null ? "Your hand is down." : "Your hand is up.");
  tell();
  changed();
}

export function lowerHand() {
  if (handOf(session.me.id) === null) return;
  toggleHand();
  say("A host lowered your hand.");
}

room.on(RoomEvent.DataReceived, (payload, participant, _kind, subject) => {
  if (subject !== topic || !participant) return;
  let said;
  try {
    said = JSON.parse(words.decode(payload));
  } catch (broken) {
    return;
  }
  const was = handOf(participant.identity) !== null;
  if (said?.up === true) up.set(participant.identity, Date.now() - Math.min(Math.max(Number(said.for) || 0, 0), 86_400_000));
  else up.delete(participant.identity);
  if (!was && said?.up === true) caption(`${about(participant).name} raised a hand.`);
  changed();
});

room.on(RoomEvent.ParticipantConnected, (participant) => {
  if (handOf(session.me.id) !== null) tell([participant.identity]);
});
room.on(RoomEvent.ParticipantDisconnected, (participant) => {
  if (up.delete(participant.identity)) changed();
});
// The others may have missed it during a disconnect.
room.on(RoomEvent.Reconnected, () => handOf(session.me.id) !== null && tell());

document.addEventListener("click", (event) => event.target.closest("[data-hand-toggle]") && toggleHand());
