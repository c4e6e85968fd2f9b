// [data-from][data-to] tells a span of time as the clocks here show it, where they show another time than its own zone.
const day = { weekday: "long", day: "numeric", month: "long" };
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export function tell() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const span of document.querySelectorAll("[data-from][data-to]")) {
    const from = new Date(span.dataset.from), to = new Date(span.dataset.to);
    const place = zone?.split("/").at(-1).replaceAll("_", " ");
    if (!place || isNaN(from) || isNaN(to)) continue;
    const text = `${write(from, day)}, ${write(from, clock)} to ${write(to, clock)} (${place} time)`;
    if (span.textContent !== text) span.textContent = text;
  }
}

const write = (at, how) => new Intl.DateTimeFormat("en-GB", how).format(at);
