// Timing marks while joining, in milliseconds since navigation; each is set once.
const seen = new Set();

export function reached(step) {
  if (seen.has(step)) return;
  seen.add(step);
  performance.mark(`stage:${step}`);
}
