// What keeps the camera, the microphone or the screen from being sent, and what to do. One takes part all the same.
import { write } from "./dom.js";

const note = document.getElementById("trouble");
const buttons = { microphone: "Unmute", camera: "Start video", screen: "Share" };

const without = "You see and hear the others without.";
const joined = (words) => words.join(" and ");
const the = (all) => joined(all.map((kind) => `the ${kind}`));
const again = (all) => joined(all.map((kind) => buttons[kind]));
const them = (all) => (all.length > 1 ? "them" : "it");

const sentences = {
  insecure: (all) => `Browsers give ${the(all)} only to pages on https, and this one is on http. Ask whoever runs the server for its https address. ${without}`,
  refused: (all) => `The browser keeps ${the(all)} from this page. Allow ${them(all)} beside the address, then press ${again(all)}. ${without}`,
  system: (all) => `The system keeps ${the(all)} from the browser. Allow ${them(all)} in the settings of the system, then press ${again(all)}. ${without}`,
  missing: (all) => `There is ${joined(all.map((kind) => `no ${kind}`))} on this device. Connect one, then press ${again(all)}. ${without}`,
  busy: (all) => `Another program holds ${the(all)}. Close ${them(all)} there, then press ${again(all)}. ${without}`,
  other: (all) => (all.includes("screen") ? "The screen cannot be shown. Press Share, and choose another window or a tab."
    : `What was chosen as ${joined(all)} did not start. Choose another one under Devices. ${without}`),
};

const names = {
  NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "busy", AbortError: "busy", NotAllowedError: "refused", SecurityError: "refused",
};

function problemOf(kind, { name, message }) {
  if (!navigator.mediaDevices) return "insecure";
  if (name === "NotAllowedError" && /system/i.test(message)) return "system";
  return kind === "screen" && name !== "NotAllowedError" ? "other" : names[name] ?? "other";
}

const stands = new Map();

export function explain(kind, refused) {
  stands.set(kind, problemOf(kind, refused));
  tell();
}

export function settle(kind) {
  if (stands.delete(kind)) tell();
}

// Those that the same keeps away are said in one sentence.
function tell() {
  const said = Object.entries(sentences).map(([problem, sentence]) => {
    const all = Object.keys(buttons).filter((kind) => stands.get(kind) === problem);
    return all.length > 0 ? sentence(all) : "";
  });
  note.hidden = stands.size === 0;
  write(note.querySelector("p"), said.filter(Boolean).join(" "));
}

note.querySelector("button").addEventListener("click", () => {
  stands.clear();
  tell();
});
