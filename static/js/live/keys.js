// Keyboard shortcuts, unless the person is typing or has turned them off.
import { kept, keep } from "./preferences.js";
import { over } from "./end_screen.js";
import { toggle } from "./local_media.js";
import { toggleHand } from "./hands.js";
import { togglePanel } from "./panels.js";
import { toggleScreen } from "./screen.js";
import { toggleView } from "./tiles.js";
import { openDevices } from "./devices.js";
import { leave } from "./leave.js";
import { typing } from "../ready.js";

const help = document.getElementById("keys");
const actions = {
  m: () => toggle("microphone"), v: () => toggle("camera"), s: toggleScreen, h: toggleHand, g: toggleView, d: openDevices,
  c: () => togglePanel("chat"), p: () => togglePanel("people"), l: leave, "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (over() || typing(event.target) || !kept("keys", true) || document.querySelector("dialog:modal, :popover-open")) return;
  const action = actions[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
});

const box = help.querySelector("input");
box.checked = kept("keys", true);
box.addEventListener("change", () => keep("keys", box.checked));
