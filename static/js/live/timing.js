// When what happened on the way in, in milliseconds since the page was asked for; each counts once.
const seen = new Set();

export function reached(step) {
  if (seen.has(step)) return;
  seen.add(step);
  performance.mark(`stage:${step}`);
}
