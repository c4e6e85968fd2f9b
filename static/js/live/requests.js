// What hosts ask this page to do. Only the server sends data without a participant.
import { caption } from "./captions.js";
import { el } from "./dom.js";
import { lowerHand } from "./hands.js";
import { unmute } from "./local_media.js";
import { me, room, RoomEvent, whenChanged } from "./room.js";

const place = document.getElementById("admin-messages");
let note;

function close() {
  const focused = note?.contains(document.activeElement);
  note?.remove();
  note = undefined;
  if (focused) document.querySelector('[data-toggle="microphone"]').focus();
}

function askToUnmute() {
  if (note || me().isMicrophoneEnabled) return;
  const yes = el("button", { class: "btn", "data-size": "sm", type: "button" }, "Unmute");
  const no = el("button", { class: "btn", "data-variant": "ghost", "data-size": "sm", type: "button" }, "Stay muted");
  note = el("div", { class: "note", "data-kind": "info" }, el("p", {}, "A host asks you to unmute."), yes, no);
  yes.addEventListener("click", unmute);
  no.addEventListener("click", close);
  place.append(note);
  caption("A host asks you to unmute.");
}

room.on(RoomEvent.DataReceived, (payload, participant, _kind, topic) => {
  if (topic !== "host-request" || participant) return;
  const request = new TextDecoder().decode(payload);
  if (request === "unmute") askToUnmute();
  if (request === "lower-hand") lowerHand();
});

whenChanged(() => note && me().isMicrophoneEnabled && close());
