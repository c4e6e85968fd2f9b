// The media room of this page and its participants.
import { options } from "./publishing.js";
import { session } from "./session.js";

export const { Room, RoomEvent, Track, ConnectionQuality, ConnectionState, DisconnectReason } = window.LivekitClient;

window.LivekitClient.setLogLevel("silent");

export const room = new Room(options());

export const me = () => room.localParticipant;

// All participants: the others in the order in which they joined, then the local one.
export function allParticipants() {
  const others = [...room.remoteParticipants.values()].sort((a, b) => (a.joinedAt ?? 0) - (b.joinedAt ?? 0));
  return [...others, me()];
}

export const isMe = (participant) => participant === me();

// The metadata of a participant, from their token.
const read = new WeakMap();

export function about(participant) {
  if (isMe(participant)) return session.me;
  const known = read.get(participant);
  if (known && known.text === participant.metadata && known.called === participant.name) return known.person;
  let said = {};
  try {
    said = JSON.parse(participant.metadata || "{}") ?? {};
  } catch (broken) {
    said = {};
  }
  const person = { name: participant.name || "Participant", part: said.part ?? "attendee", guest: Boolean(said.guest) };
  read.set(participant, { text: participant.metadata, called: participant.name, person });
  return person;
}

export const leads = (participant) => ["host", "cohost"].includes(about(participant).part);

const parts = { host: "Host", cohost: "Co-host", presenter: "Presenter" };

export const partOf = (participant) => parts[about(participant).part] ?? (about(participant).guest ? "Guest" : "Attendee");

const redraws = [
  "ParticipantConnected", "ParticipantDisconnected", "ParticipantMetadataChanged", "ParticipantNameChanged", "ParticipantActive",
  "TrackPublished", "TrackUnpublished", "TrackSubscribed", "TrackUnsubscribed", "TrackMuted", "TrackUnmuted",
  "LocalTrackPublished", "LocalTrackUnpublished", "ConnectionQualityChanged", "ParticipantPermissionsChanged",
  "Connected", "Reconnected", "Disconnected",
].map((name) => RoomEvent[name]);

// Calls f whenever the visible state of the room changes.
export function whenChanged(f) {
  for (const event of redraws) room.on(event, f);
}
