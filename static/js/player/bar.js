// The seek bar, the time and the chapters.
import { el, mark, write } from "../live/dom.js";
import { clock, duration, root, spoken } from "./recording.js";
import { buffered } from "./parts.js";
import { now, seek, watch } from "./playback.js";

const slider = document.getElementById("player-seek");
const time = document.getElementById("player-time");
const played = document.getElementById("player-played");
const loaded = document.getElementById("player-buffered");
const tip = document.getElementById("player-tip");
const links = [...root.querySelectorAll(".player-chapters a[data-at]")];
const chapters = links.map((link) => ({ at: Number(link.dataset.at), text: link.lastElementChild.textContent, link }));

const percent = (ms) => `${Math.min(100, (100 * ms) / Math.max(1, duration))}%`;

for (const { at } of chapters.slice(1)) {
  const dot = el("i");
  dot.style.setProperty("left", percent(at));
  document.getElementById("player-marks").append(dot);
}

export const chapterAt = (ms) => chapters.findLast(({ at }) => at <= ms);

let dragging = false;
function draw() {
  const at = now();
  if (!dragging) slider.value = at;
  const shown = Number(slider.value);
  write(time, clock(shown));
  const chapter = chapterAt(shown);
  mark(slider, "aria-valuetext", `${spoken(shown)} of ${spoken(duration)}${chapter ? `, ${chapter.text}` : ""}`);
  played.style.setProperty("width", percent(shown));
  const [from, to] = buffered(at);
  loaded.style.setProperty("left", percent(from));
  loaded.style.setProperty("width", percent(to - from));
  for (const { link } of chapters) mark(link, "aria-current", link === chapter?.link ? "true" : false);
}

// While the bar is dragged, the picture follows as fast as it can, and exactly when it is let go.
let due = 0;
slider.addEventListener("input", () => {
  dragging = true;
  draw();
  if (performance.now() < due) return;
  due = performance.now() + 250;
  seek(Number(slider.value));
});
slider.addEventListener("change", () => {
  dragging = false;
  seek(Number(slider.value));
});

// The time and the chapter under the pointer.
slider.addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch") return;
  const box = slider.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  const at = share * duration;
  const near = chapters.slice(1).find((chapter) => Math.abs(chapter.at - at) < (6 / box.width) * duration);
  tip.replaceChildren(clock(near?.at ?? at), ...(near ? [el("span", { dir: "auto" }, near.text)] : []));
  tip.hidden = false;
  const half = tip.offsetWidth / 2;
  tip.style.setProperty("left", `${Math.min(box.width - half, Math.max(half, share * box.width))}px`);
});
slider.addEventListener("pointerleave", () => (tip.hidden = true));

root.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-at]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  seek(Number(link.dataset.at));
});

watch(draw);
draw();
