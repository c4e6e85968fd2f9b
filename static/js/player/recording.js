// What is played. Times are in milliseconds since the start of the recording.
export const root = document.getElementById("player");
export const recording = JSON.parse(root.dataset.player);
export const { duration } = recording;
recording.people ??= [];
recording.parts ??= [];

export const within = (intervals, at) => (intervals ?? []).some(({ from, to }) => at >= from && at < to);
export const covers = (part, at) => at >= part.offset && at < part.offset + part.duration;
export const isScreen = (part) => part.source === "screen";

const known = new Map(recording.people.map((person) => [person.id, person]));
export const personOf = (part) => known.get(part.person);

// Participants who left no name in the list still have a tile.
for (const part of recording.parts) {
  if (known.has(part.person)) continue;
  const person = { id: part.person, name: "Unknown participant", initials: "?", stays: [] };
  known.set(part.person, person);
  recording.people.push(person);
}

const of = new Map(recording.people.map((person) => [person, recording.parts.filter((part) => part.person === person.id)]));
export const partsOf = (person) => of.get(person);

// Reports whether a person is in the session at that time.
export const present = (person, at) => within(person.stays, at) || partsOf(person).some((part) => covers(part, at));

// The part of a person with that source at that time, unless it is muted then.
export const heard = (person, source, at) => partsOf(person).find((part) => part.source === source && covers(part, at) && !within(part.muted, at));

// 65,000: "1:05".
export function clock(ms) {
  const s = Math.floor(Math.max(0, ms) / 1000);
  const two = (n) => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

// 65,000: "1 minute 5 seconds", for screen readers.
export function spoken(ms) {
  const s = Math.floor(Math.max(0, ms) / 1000);
  const units = [[Math.floor(s / 3600), "hour"], [Math.floor(s / 60) % 60, "minute"], [s % 60, "second"]];
  const said = units.filter(([n], i) => n > 0 || (i === 2 && s === 0)).map(([n, unit]) => `${n} ${unit}${n === 1 ? "" : "s"}`);
  return said.join(" ");
}
