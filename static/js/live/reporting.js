// Reports the quality of the own connection and which devices are on, for the page of running sessions. Only the server's address
// of this participant is told, and only about this participant.
import { at } from "./session.js";
import { over } from "./end_screen.js";
import { me, room, RoomEvent, whenChanged } from "./room.js";

const every = 20_000;
const pause = 4000; // changes within it are reported together
let told = "";
let clock;

function report() {
  clearTimeout(clock);
  clock = undefined;
  if (over()) return;
  clock = setTimeout(report, every);
  const quality = me().connectionQuality;
  if (!["excellent", "good", "poor", "lost"].includes(quality)) return;
  const body = new URLSearchParams({ quality, camera: me().isCameraEnabled, microphone: me().isMicrophoneEnabled, sharing: me().isScreenShareEnabled });
  told = String(body);
  fetch(at("quality"), { method: "POST", headers: { "HX-Request": "true", "X-Background": "1" }, body }).catch(() => {});
}

let soon;
function changed() {
  soon ??= setTimeout(() => {
    soon = undefined;
    report();
  }, told === "" ? 500 : pause);
}

room.on(RoomEvent.ConnectionQualityChanged, (_quality, participant) => participant === me() && changed());
whenChanged(() => {
  const now = [me().isCameraEnabled, me().isMicrophoneEnabled, me().isScreenShareEnabled].join();
  if (now !== changed.last) changed();
  changed.last = now;
});
