// Time zones of forms, loaded by the pages that ask for one.
/**
 * Fills datalist[data-timezones] with all zones when its field gets the focus, labelled with their city and current time, and an
 * empty input[name=timezone][data-detect] with the browser's zone. A typed city becomes the name of its zone.
 */
export function fill() {
  for (const list of document.querySelectorAll("datalist[data-timezones]:not([data-on])")) {
    list.dataset.on = "";
    const field = document.querySelector(`input[list="${list.id}"]`);
    field?.addEventListener("focus", () => list.append(...zones().map(option)), { once: true });
    field?.addEventListener("change", () => {
      const typed = field.value.trim().toLowerCase();
      const found = zones().filter((zone) => [zone, city(zone)].some((name) => name.toLowerCase() === typed));
      if (found.length === 1) field.value = found[0];
    });
  }
  for (const field of document.querySelectorAll("input[name=timezone][data-detect]")) {
    if (field.value === "") field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
}

function zones() {
  return Intl.supportedValuesOf?.("timeZone") ?? [];
}

function option(zone) {
  const now = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", timeZoneName: "shortOffset" });
  return new Option(`${city(zone)}, ${now.format()}`, zone);
}

function city(zone) {
  return zone.split("/").at(-1).replaceAll("_", " ");
}
