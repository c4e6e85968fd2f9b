// Keyboard shortcuts of the player, which later/shortcuts.js lists.
import { typing } from "../ready.js";
import { duration, root } from "./recording.js";
import { now, seek, toggle } from "./playback.js";
import { changeSpeed, changeVolume, leaveFull, step, toggleFull, toggleMute } from "./controls.js";
import { toggleView } from "./stage.js";

const actions = {
  " ": toggle, k: toggle, j: () => step(-10_000), l: () => step(10_000), m: toggleMute, f: toggleFull, g: toggleView,
  ArrowLeft: () => step(-5000), ArrowRight: () => step(5000), "<": () => changeSpeed(-1), ">": () => changeSpeed(1),
};
// These would scroll the page, so they work in the player only.
const inside = { ArrowUp: () => changeVolume(0.1), ArrowDown: () => changeVolume(-0.1), Home: () => seek(0), End: () => seek(duration), PageUp: () => step(60_000), PageDown: () => step(-60_000) };

const isSlider = (target) => target.matches?.("input[type=range]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog:modal, :popover-open")) return;
  const { key, target } = event;
  if (key === "Escape" && leaveFull()) return event.preventDefault();
  if (typing(target) && !isSlider(target)) return;
  if (key === " " && target.closest?.("button, a, summary")) return; // presses it
  if (target.id === "player-volume" && (key.startsWith("Arrow") || key.startsWith("Page") || key === "Home" || key === "End")) return; // its own
  if (key.startsWith("Arrow") && target.closest?.("[role=menu], [data-roving], .tabs")) return;
  const letter = key.length === 1 ? key.toLowerCase() : key;
  const action = actions[letter] ?? (root.contains(target) && !target.closest(".player-chapters") ? inside[letter] : undefined) ?? tenth(letter);
  if (!action || (event.repeat && !/^(Arrow|Page|[jl]$)/.test(letter))) return;
  event.preventDefault();
  action();
});

// 0 to 9 go to a tenth of the recording.
const tenth = (key) => (/^[0-9]$/.test(key) ? () => seek((duration * Number(key)) / 10) : undefined);
