// [data-from][data-to] tells a span of time as the clocks here show it, where they show another time than its own zone.
import { timeOfDay } from "../timezone.js";

const face = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });

export function tell() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const span of document.querySelectorAll("[data-from][data-to]")) {
    const from = new Date(span.dataset.from), to = new Date(span.dataset.to);
    const place = zone?.split("/").at(-1).replaceAll("_", " ");
    if (!place || isNaN(from) || isNaN(to)) continue;
    const text = `${face.format(from)}, ${timeOfDay(from)} to ${timeOfDay(to)} (${place === "UTC" ? place : `${place} time`})`;
    if (span.textContent !== text) span.textContent = text;
  }
}
