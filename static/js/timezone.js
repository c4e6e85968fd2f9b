// input[name=timezone][data-detect] gets the browser's time zone while it is empty; datalist[data-timezones] gets all of them.
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
