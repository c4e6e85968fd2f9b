// Why a connection fails: signalling goes through the server's address and media through separate ports, so they fail
// separately.
import { session } from "./session.js";
import { ours } from "../outage.js";

const { udp, tcp, outside } = session.media;

const ports = tcp ? `UDP port ${udp} and TCP port ${tcp} are blocked` : `UDP port ${udp} is blocked`;

export const mediaBlocked = outside
  ? {
    text: "Connected, but audio and video can't get through: a firewall or network blocks them.",
    operator: "Server administrator: check that browsers reach the media ports of the LiveKit server at LIVEKIT_URL, and set up TURN for networks that block them.",
  }
  : {
    text: `Connected, but audio and video can't get through: ${ports}.`,
    operator: "Server administrator: open these ports in the server's firewall. If they are open, set USHER_LIVE_NODE_IP to the server's public IP address. Your own network may block them, too: try another one.",
  };

const noWebSockets = {
  text: "Can't connect to the session: the server's proxy blocks WebSockets.",
  operator: "Server administrator: configure the reverse proxy to pass WebSocket upgrades for /livekit/. The README has a configuration for nginx, Caddy and Traefik.",
};

const noMediaServer = {
  text: "Can't connect to the session: the media server can't be reached.",
  operator: outside ? "Server administrator: check that LIVEKIT_URL is right and that browsers reach it." : "Server administrator: the console and /readyz say why live media isn't running.",
};

// Explains why no WebSocket opens with this token, or returns nothing if the server didn't respond. A plain request asks the
// media server to validate the token.
export async function diagnose({ url, token }) {
  if (outside) return noMediaServer;
  const address = `${url.replace(/^ws/, "http")}/rtc/validate?access_token=${encodeURIComponent(token)}`;
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (answer?.ok && ours(answer)) return noWebSockets;
  return answer && answer.status >= 500 ? noMediaServer : null;
}
