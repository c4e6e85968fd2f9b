// [data-from][data-to] shows a time span in the browser's time zone.
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Formats a time of day as the server does: "09:00". */
export const timeOfDay = (at) => clock.format(at);

/** Writes all time spans in the browser's zone. */
export function showLocalTimes() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const span of document.querySelectorAll("[data-from][data-to]")) {
    const from = new Date(span.dataset.from), to = new Date(span.dataset.to);
    const place = zone?.split("/").at(-1).replaceAll("_", " ");
    if (!place || isNaN(from) || isNaN(to)) continue;
    const text = `${day.format(from)}, ${timeOfDay(from)} to ${timeOfDay(to)} (${place === "UTC" ? place : `${place} time`})`;
    if (span.textContent !== text) span.textContent = text;
  }
}
