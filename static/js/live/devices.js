// The devices dialog: changes apply immediately and are remembered.
import { keep, kept } from "./preferences.js";
import { el } from "./dom.js";
import { me, room, RoomEvent, Track } from "./room.js";
import { say } from "../toasts.js";

const dialog = document.getElementById("devices");
const fields = { videoinput: dialog.querySelector("#camera"), audioinput: dialog.querySelector("#microphone"), audiooutput: dialog.querySelector("#speaker") };
const level = dialog.querySelector("meter");
let meter;

export function openDevices() {
  if (dialog.open) return;
  dialog.showModal();
  list();
  meter = setInterval(() => (level.value = Math.min(1, me().audioLevel * 2)), 100);
}

dialog.addEventListener("close", () => clearInterval(meter));

async function list() {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  for (const [kind, field] of Object.entries(fields)) fill(field, kind, all.filter((device) => device.kind === kind && device.deviceId !== ""));
  const cannot = !("setSinkId" in HTMLMediaElement.prototype);
  fields.audiooutput.disabled ||= cannot;
}

function fill(field, kind, devices) {
  const active = room.getActiveDevice(kind) || kept(kind, "");
  const options = devices.map((device, i) => el("option", { value: device.deviceId }, device.label || `${field.dataset.word} ${i + 1}`));
  field.replaceChildren(...(options.length > 0 ? options : [el("option", { value: "" }, field.dataset.none)]));
  field.disabled = options.length === 0;
  if (devices.some((device) => device.deviceId === active)) field.value = active;
}

for (const [kind, field] of Object.entries(fields)) {
  field.addEventListener("change", async () => {
    keep(kind, field.value);
    if (kind === "videoinput") keep("facing", facing());
    try {
      await room.switchActiveDevice(kind, field.value);
    } catch (refused) {
      say(`${field.selectedOptions[0].textContent} can't be used right now. Choose another device.`);
      list();
    }
  });
}

// A rear camera isn't mirrored.
const facing = () => (/back|rear|environment/i.test(fields.videoinput.selectedOptions[0]?.textContent ?? "") ? "environment" : "user");

room.on(RoomEvent.MediaDevicesChanged, () => dialog.open && list());
room.on(RoomEvent.LocalTrackPublished, (publication) => publication.source !== Track.Source.ScreenShare && dialog.open && list());

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-devices]");
  if (!button) return;
  button.closest("[popover]")?.hidePopover(); // before the dialog, which returns the focus to the button of the menu
  openDevices();
});

// Browsers play sound only after a user gesture; any one will do.
const hear = document.getElementById("hear");
const sounds = document.getElementById("sounds");
const sounding = () => [...sounds.querySelectorAll("audio")].some((audio) => !audio.paused && audio.currentTime > 0);
const listen = () => (hear.hidden = room.canPlaybackAudio || room.remoteParticipants.size === 0 || sounding());
const hearNow = () => room.canPlaybackAudio || room.startAudio().then(listen, listen);
for (const event of [RoomEvent.AudioPlaybackStatusChanged, RoomEvent.ParticipantConnected, RoomEvent.Connected]) room.on(event, listen);
for (const event of ["pointerup", "keyup"]) document.addEventListener(event, hearNow);
sounds.addEventListener("playing", () => (hear.hidden = true), true);
