// What this page really sends, measured: the server keeps it beside what was planned.
import { at, session } from "./session.js";
import { over } from "./curtain.js";
import { me, room, Track, ConnectionState } from "./room.js";

const every = 10_000;
let before = "";

async function measure() {
  const camera = me().getTrackPublication(Track.Source.Camera);
  const screen = me().getTrackPublication(Track.Source.ScreenShare);
  const shown = [camera, screen].find((publication) => publication?.track && !publication.isMuted);
  const picture = shown ? await largest(shown.track) : null;
  const heard = me().getTrackPublication(Track.Source.Microphone);
  return { ...picture, ...(heard?.track && { audio: session.audio }) };
}

// The largest layer that leaves: its size, its frames a second and its codec.
async function largest(track) {
  const report = await track.getRTCStatsReport();
  let best = null;
  report?.forEach((stat) => {
    if (stat.type !== "outbound-rtp" || stat.kind !== "video" || !stat.frameWidth) return;
    if (best && best.width >= stat.frameWidth) return;
    const codec = report.get(stat.codecId)?.mimeType?.split("/")[1]?.toLowerCase() ?? "";
    best = { width: stat.frameWidth, height: stat.frameHeight, fps: Math.round(stat.framesPerSecond ?? 0), codec };
  });
  return best;
}

async function tell() {
  if (over() || room.state !== ConnectionState.Connected) return;
  const sent = await measure().catch(() => ({}));
  const text = new URLSearchParams(sent).toString();
  if (text === "" || text === before) return;
  const answer = await fetch(at("sent"), { method: "POST", headers: { "HX-Request": "true", "X-Background": "1" }, body: new URLSearchParams(sent) }).catch(() => null);
  if (answer?.ok) before = text;
}

setInterval(tell, every);
