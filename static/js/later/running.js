// [data-running] is a duration in milliseconds when the page was rendered, shown as a clock that goes on.
import { elapsed } from "../elapsed.js";

const starts = new WeakMap();

function tick() {
  for (const place of document.querySelectorAll("[data-running]")) {
    if (starts.get(place)?.from !== place.dataset.running) starts.set(place, { from: place.dataset.running, at: performance.now() - Number(place.dataset.running) });
    place.textContent = elapsed(performance.now() - starts.get(place).at);
  }
}

setInterval(tick, 1000);
