// Shows a notice to the only person in the session while nobody waits, with the session link for hosts.
import { caption } from "./captions.js";
import { ConnectionState, room, whenChanged } from "./room.js";
import { gathered } from "./dom.js";

const note = document.getElementById("alone");

function synchronize() {
  const waiting = Number(document.getElementById("state")?.dataset.waiting ?? 0);
  const hidden = room.state !== ConnectionState.Connected || room.remoteParticipants.size > 0 || waiting > 0;
  if (note.hidden === hidden) return;
  note.hidden = hidden;
  if (!hidden) caption(note.querySelector("b").textContent);
}

whenChanged(gathered(synchronize));
document.addEventListener("stage:state", synchronize);
