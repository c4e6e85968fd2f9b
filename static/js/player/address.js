// The time is in the address, so that it can be shared and survives a reload: #t=90 or #t=1:30.
import { isPlaying, now, seek, watch } from "./playback.js";

function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("t");
  if (given === null || !/^[0-9.]+(:[0-9.]+){0,2}$/.test(given)) return null;
  const seconds = given.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number.isFinite(seconds) ? seconds * 1000 : null;
}

function follow() {
  const at = fromAddress();
  if (at !== null && Math.floor(at / 1000) !== Math.floor(now() / 1000)) seek(at);
}

let written = null;
let soon;
function write() {
  const second = Math.floor(now() / 1000);
  if (second === written || (second === 0 && written === null && !location.hash)) return;
  written = second;
  history.replaceState(history.state, "", `${location.pathname}${location.search}#t=${second}`);
}

window.addEventListener("hashchange", follow);
seek(fromAddress() ?? 0);
watch(() => {
  if (isPlaying()) return;
  clearTimeout(soon);
  soon = setTimeout(write, 300); // browsers limit how often
});
window.addEventListener("pagehide", write);
