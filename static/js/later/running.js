// [data-running] is a duration in milliseconds when the page was rendered, shown as a clock that goes on.
const starts = new WeakMap();
const two = (n) => String(n).padStart(2, "0");

function tick() {
  for (const place of document.querySelectorAll("[data-running]")) {
    if (starts.get(place)?.from !== place.dataset.running) starts.set(place, { from: place.dataset.running, at: performance.now() - Number(place.dataset.running) });
    const seconds = Math.max(0, Math.floor((performance.now() - starts.get(place).at) / 1000));
    place.textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }
}

setInterval(tick, 1000);
