// What has to do with clocks. input[name=timezone][data-detect] gets the browser's time zone while it is empty;
// datalist[data-timezones] gets all of them.
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

// The time of day as the server writes it too: two digits of 24 hours and two of minutes, "09:00".
export const timeOfDay = (at) => face.format(at);

const face = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
