// A duration as a running clock shows it: "0:42:10", "29 days, 9:05:00".
const two = (n) => String(n).padStart(2, "0");

export function elapsed(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const clock = `${Math.floor(seconds / 3600) % 24}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const days = Math.floor(seconds / 86400);
  return days > 0 ? `${days} ${days === 1 ? "day" : "days"}, ${clock}` : clock;
}
