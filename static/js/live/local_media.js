// The local camera and microphone: requested while the page connects, published when it is connected. Joining works
// without them.
import { session } from "./session.js";
import { over } from "./end_screen.js";
import { camera, microphone } from "./publishing.js";
import { keep, kept } from "./preferences.js";
import { swapIcon, write } from "./dom.js";
import { explain, settle } from "./trouble.js";
import { caption } from "./captions.js";
import { reached } from "./timing.js";
import { me, room, RoomEvent, Track, whenChanged } from "./room.js";
import { say } from "../toasts.js";

const kinds = {
  camera: { source: Track.Source.Camera, on: ["video", "Stop video"], off: ["video-off", "Start video"], said: "camera" },
  microphone: { source: Track.Source.Microphone, on: ["mic", "Mute"], off: ["mic-off", "Unmute"], said: "microphone" },
};

// What the person turned on; restored after a reconnect.
const want = {
  camera: kept("camera", true),
  microphone: session.muted ? false : kept("microphone", true),
};

const isOn = (kind) => (kind === "camera" ? me().isCameraEnabled : me().isMicrophoneEnabled);

const may = (kind) => {
  const { permissions } = me();
  if (!permissions) return true;
  const sources = permissions.canPublishSources ?? [];
  return permissions.canPublish && (sources.length === 0 || sources.includes(kind === "camera" ? 1 : 2));
};

// Requests both devices together, so that the browser prompts once.
async function take() {
  if (!want.camera && !want.microphone) return [];
  try {
    return await room.localParticipant.createTracks({ video: want.camera && camera(), audio: want.microphone && microphone() });
  } catch (refused) {
    if (!want.camera || !want.microphone) {
      explain(want.camera ? "camera" : "microphone", refused);
      return [];
    }
  }
  const each = await Promise.allSettled([room.localParticipant.createTracks({ audio: microphone() }), room.localParticipant.createTracks({ video: camera() })]);
  each.forEach((result, i) => result.status === "rejected" && explain(["microphone", "camera"][i], result.reason));
  return each.flatMap((result) => result.value ?? []);
}

// Publishes what is turned on after connecting.
export async function publish() {
  const tracks = await (first ?? take());
  first = null;
  reached("devices");
  await Promise.all(tracks.map((track) => send(track).catch(() => track.stop())));
  reached("published");
}

// The name of a video track contains its frame rate, which the server records.
function send(track) {
  settle(track.kind === Track.Kind.Audio ? "microphone" : "camera");
  if (track.kind === Track.Kind.Audio) return me().publishTrack(track, { source: Track.Source.Microphone, name: "microphone" });
  const { frameRate } = track.mediaStreamTrack.getSettings();
  return me().publishTrack(track, { source: Track.Source.Camera, name: `camera@${Math.round(frameRate || session.video.fps)}` });
}

async function turn(kind, on) {
  const publication = me().getTrackPublication(kinds[kind].source);
  if (publication?.track) return on ? publication.unmute() : publication.mute();
  if (!on) return undefined;
  const [track] = await me().createTracks(kind === "camera" ? { video: camera() } : { audio: microphone() });
  return send(track);
}

const busy = new Set();

export async function toggle(kind) {
  const on = !isOn(kind);
  if (busy.has(kind)) return undefined;
  if (on && !may(kind)) return say(`You don't have permission to use the ${kinds[kind].said} in this session.`);
  busy.add(kind);
  want[kind] = on;
  keep(kind, on);
  try {
    await turn(kind, on);
    if (on) settle(kind);
    caption(on ? `Your ${kinds[kind].said} is on.` : `Your ${kinds[kind].said} is off.`);
  } catch (refused) {
    want[kind] = false;
    explain(kind, refused);
  }
  busy.delete(kind);
  return draw();
}

function draw() {
  if (over()) return;
  for (const [kind, { on, off }] of Object.entries(kinds)) {
    const button = document.querySelector(`[data-toggle="${kind}"]`);
    const [drawing, words] = isOn(kind) ? on : off;
    button.hidden = !may(kind);
    button.toggleAttribute("data-off", !isOn(kind));
    swapIcon(button, drawing);
    write(button.querySelector("span"), words);
  }
}

// A host can turn off the microphone and the camera, but only the person can turn them on again.
room.on(RoomEvent.TrackMuted, (publication, participant) => {
  const kind = Object.keys(kinds).find((one) => kinds[one].source === publication.source);
  if (participant !== me() || !kind || !want[kind]) return;
  want[kind] = false;
  say(kind === "camera" ? "A host stopped your video. Select Start video to turn it on again." : "A host muted you. Select Unmute to speak.");
});

// Turns the microphone on if it is off.
export const unmute = () => (isOn("microphone") ? undefined : toggle("microphone"));

for (const kind of Object.keys(kinds)) {
  document.querySelector(`[data-toggle="${kind}"]`).addEventListener("click", () => toggle(kind));
}
whenChanged(draw);
draw();

// Requested while the page connects; a reconnect requests its own.
let first = take();
