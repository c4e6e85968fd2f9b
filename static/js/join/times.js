// [data-from][data-to] tells a span of time as the clocks here show it, where they show another time than its own zone.
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// The time of day as the server writes it too: two digits of 24 hours and two of minutes, "09:00".
export const timeOfDay = (at) => clock.format(at);

export function tell() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const span of document.querySelectorAll("[data-from][data-to]")) {
    const from = new Date(span.dataset.from), to = new Date(span.dataset.to);
    const place = zone?.split("/").at(-1).replaceAll("_", " ");
    if (!place || isNaN(from) || isNaN(to)) continue;
    const text = `${day.format(from)}, ${timeOfDay(from)} to ${timeOfDay(to)} (${place === "UTC" ? place : `${place} time`})`;
    if (span.textContent !== text) span.textContent = text;
  }
}
