// Screen sharing: sharp or smooth, with audio if the browser supports it.
import { kept, keep } from "./preferences.js";
import { codec, screens } from "./publishing.js";
import { caption } from "./captions.js";
import { swapIcon, write } from "./dom.js";
import { session } from "./session.js";
import { explain, settle } from "./trouble.js";
import { about, isMe, me, room, RoomEvent, Track, whenChanged } from "./room.js";
import { say } from "../toasts.js";

// Until the media server reports permissions, use the page's configuration.
const may = () => {
  if (navigator.mediaDevices?.getDisplayMedia === undefined) return false;
  const { permissions } = me();
  if (!permissions) return session.me.shares;
  const sources = permissions.canPublishSources ?? [];
  return permissions.canPublish && (sources.length === 0 || sources.includes(3));
};

let busy = false;

export async function toggleScreen() {
  if (busy) return;
  busy = true;
  await (me().isScreenShareEnabled ? me().setScreenShareEnabled(false) : share());
  busy = false;
}

async function share() {
  if (!may()) return say("You don't have permission to share your screen in this session.");
  const { contentHint, resolution, rate, fps } = screens[kept("screen", "sharp")] ?? screens.sharp;
  let tracks;
  try {
    tracks = await me().createScreenTracks({ audio: kept("screenSound", true), contentHint, resolution, selfBrowserSurface: "exclude", surfaceSwitching: "include" });
  } catch (refused) {
    return unseen(refused);
  }
  settle("screen");
  try {
    await Promise.all(tracks.map((track) => me().publishTrack(track, track.kind === Track.Kind.Audio ? { source: Track.Source.ScreenShareAudio, dtx: false, red: false, forceStereo: true } : {
      source: Track.Source.ScreenShare, name: `screen@${fps}`, videoCodec: codec, simulcast: false, degradationPreference: contentHint === "motion" ? "maintain-framerate" : "maintain-resolution",
      screenShareEncoding: { maxBitrate: rate, maxFramerate: fps },
    })));
  } catch (refused) {
    for (const track of tracks) track.stop();
    say("Your screen couldn't be shared. Select Share to try again.");
  }
}

// Browsers report a cancelled prompt and a blocked permission alike, so this is only a brief message.
function unseen(refused) {
  if (refused.name === "NotAllowedError" && !/system/i.test(refused.message)) say("Your screen isn't shared. If the browser didn't let you choose one, allow screen sharing in the address bar and select Share again.");
  else explain("screen", refused);
}

function draw() {
  const on = me().isScreenShareEnabled;
  document.getElementById("screen-choice").hidden = !may();
  for (const button of document.querySelectorAll("[data-screen-toggle]")) {
    button.hidden = !may();
    button.toggleAttribute("data-live", on);
    swapIcon(button, on ? "circle-stop" : "screen-share");
    write(button.querySelector("span"), on ? "Stop sharing" : "Share");
  }
}

room.on(RoomEvent.TrackSubscribed, (_track, publication, participant) => {
  if (publication.source === Track.Source.ScreenShare) caption(`${about(participant).name} is sharing their screen.`);
});
room.on(RoomEvent.TrackUnsubscribed, (_track, publication, participant) => {
  if (publication.source === Track.Source.ScreenShare) caption(`${about(participant).name} stopped sharing their screen.`);
});
room.on(RoomEvent.LocalTrackPublished, (publication, participant) => {
  if (publication.source === Track.Source.ScreenShare && isMe(participant)) caption("You're sharing your screen.");
});

let allowed = may();
room.on(RoomEvent.ParticipantPermissionsChanged, (_before, participant) => {
  if (!isMe(participant) || may() === allowed) return;
  allowed = may();
  say(allowed ? "You can share your screen now." : "You can no longer share your screen in this session.");
});

const choice = document.getElementById("screen-kind");
choice.value = kept("screen", "sharp");
choice.addEventListener("change", () => keep("screen", choice.value));
const sound = document.getElementById("screen-sound");
sound.checked = kept("screenSound", true);
sound.addEventListener("change", () => keep("screenSound", sound.checked));

document.addEventListener("click", (event) => event.target.closest("[data-screen-toggle]") && toggleScreen());
whenChanged(draw);
draw();
