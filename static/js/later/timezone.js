// Time zones of forms, loaded by the pages that ask for one.
/** Fills an empty input[name=timezone][data-detect] with the browser's time zone, and datalist[data-timezones] with all zones. */
export function fill() {
  for (const list of document.querySelectorAll("datalist[data-timezones]:empty")) {
    for (const zone of Intl.supportedValuesOf?.("timeZone") ?? []) {
      const option = document.createElement("option");
      option.value = zone;
      list.append(option);
    }
  }
  for (const field of document.querySelectorAll("input[name=timezone][data-detect]")) {
    if (field.value === "") field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
}
