// Showing one's screen: with sharp letters or smooth as a film, and with its sound if the browser lets it.
import { kept, keep } from "./kept.js";
import { codec, screens } from "./publishing.js";
import { caption } from "./captions.js";
import { swapIcon, write } from "./dom.js";
import { about, isMe, me, room, RoomEvent, Track, whenChanged } from "./room.js";
import { say } from "../toasts.js";

const may = () => {
  const { permissions } = me();
  const sources = permissions?.canPublishSources ?? [];
  return navigator.mediaDevices?.getDisplayMedia !== undefined && (!permissions || permissions.canPublish && (sources.length === 0 || sources.includes(3)));
};

export async function toggleScreen() {
  if (me().isScreenShareEnabled) return me().setScreenShareEnabled(false);
  if (!may()) return say("You cannot show a screen here.");
  const { contentHint, resolution, rate, fps } = screens[kept("screen", "sharp")] ?? screens.sharp;
  try {
    const tracks = await me().createScreenTracks({ audio: kept("screenSound", true), contentHint, resolution, selfBrowserSurface: "exclude", surfaceSwitching: "include" });
    await Promise.all(tracks.map((track) => me().publishTrack(track, track.kind === Track.Kind.Audio ? { source: Track.Source.ScreenShareAudio, dtx: false, red: false, forceStereo: true } : {
      source: Track.Source.ScreenShare, name: `screen@${fps}`, videoCodec: codec, simulcast: false, degradationPreference: contentHint === "motion" ? "maintain-framerate" : "maintain-resolution",
      screenShareEncoding: { maxBitrate: rate, maxFramerate: fps },
    })));
  } catch (refused) {
    if (refused.name !== "NotAllowedError") say("The screen cannot be shown. Choose a window or a tab, and try again.");
  }
}

function draw() {
  const on = me().isScreenShareEnabled;
  for (const button of document.querySelectorAll("[data-screen-toggle]")) {
    button.hidden = !may();
    button.toggleAttribute("data-live", on);
    swapIcon(button, on ? "circle-stop" : "screen-share");
    write(button.querySelector("span"), on ? "Stop sharing" : "Share");
  }
}

room.on(RoomEvent.TrackSubscribed, (_track, publication, participant) => {
  if (publication.source === Track.Source.ScreenShare) caption(`${about(participant).name} shows the screen.`);
});
room.on(RoomEvent.LocalTrackPublished, (publication, participant) => {
  if (publication.source === Track.Source.ScreenShare && isMe(participant)) caption("You show your screen.");
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
