// Messages of those who can end the session to everyone in it. Only the server sends data without a participant.
import { caption } from "./captions.js";
import { el } from "./dom.js";
import { room, RoomEvent } from "./room.js";

const place = document.getElementById("admin-messages");
const most = 3; // shown at a time

room.on(RoomEvent.DataReceived, (payload, participant, _kind, topic) => {
  if (topic !== "admin-message" || participant) return;
  const { from, text } = JSON.parse(new TextDecoder().decode(payload));
  const close = el("button", { class: "btn", "data-variant": "ghost", "data-size": "sm", type: "button" }, "Dismiss", el("span", { class: "sr" }, " message"));
  const note = el("div", { class: "note", "data-kind": "info" }, el("p", {}, el("b", { dir: "auto" }, `Message from ${from}: `), el("span", { dir: "auto" }, text)), close);
  close.addEventListener("click", () => note.remove());
  place.append(note);
  while (place.children.length > most) place.firstElementChild.remove();
  caption(`Message from ${from}: ${text}`);
});
