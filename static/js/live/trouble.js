// Explains why the camera, microphone or screen can't be used, and what to do. Joining works without them.
import { write } from "./dom.js";

const note = document.getElementById("trouble");
const buttons = { microphone: "Unmute", camera: "Start video", screen: "Share" };

const without = "You can still see and hear the others.";
const joined = (words) => words.join(" and ");
const the = (all) => joined(all.map((kind) => `your ${kind}`));
const again = (all) => joined(all.map((kind) => buttons[kind]));
const them = (all) => (all.length > 1 ? "them" : "it");

const sentences = {
  insecure: (all) => `Browsers allow ${the(all)} only on https pages, and this one uses http. Contact your server administrator. ${without}`,
  refused: (all) => `Your browser is blocking ${the(all)}. Allow ${them(all)} in the address bar, then select ${again(all)}. ${without}`,
  system: (all) => `Your system is blocking ${the(all)}. Allow ${them(all)} for your browser in the system settings, then select ${again(all)}. ${without}`,
  missing: (all) => `No ${all.join(" or ")} found. Connect ${all.length > 1 ? "them" : "one"}, then select ${again(all)}. ${without}`,
  busy: (all) => `Another app is using ${the(all)}. Close that app, then select ${again(all)}. ${without}`,
  other: (all) => (all.includes("screen") ? "Your screen can't be shared. Select Share and choose another window or tab."
    : `The selected ${joined(all)} didn't start. Choose another device under Devices. ${without}`),
};

const names = {
  NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "busy", AbortError: "busy", NotAllowedError: "refused", SecurityError: "refused",
};

function problemOf(kind, { name, message }) {
  if (!navigator.mediaDevices) return "insecure";
  if (name === "NotAllowedError" && /system/i.test(message)) return "system";
  return kind === "screen" && name !== "NotAllowedError" ? "other" : names[name] ?? "other";
}

const problems = new Map();

export function explain(kind, refused) {
  problems.set(kind, problemOf(kind, refused));
  tell();
}

export function settle(kind) {
  if (problems.delete(kind)) tell();
}

// Devices with the same problem share one sentence.
function tell() {
  const said = Object.entries(sentences).map(([problem, sentence]) => {
    const all = Object.keys(buttons).filter((kind) => problems.get(kind) === problem);
    return all.length > 0 ? sentence(all) : "";
  });
  note.hidden = problems.size === 0;
  write(note.querySelector("p"), said.filter(Boolean).join(" "));
}

note.querySelector("button").addEventListener("click", () => {
  problems.clear();
  tell();
});
