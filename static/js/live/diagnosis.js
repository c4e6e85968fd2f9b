// Why a connection to the session does not come about: the signalling, which goes through the server's own address, and the
// media, which has ports of its own, fail apart.
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
  text: "Can't connect to the session: the server's proxy doesn't pass WebSockets.",
  operator: "Server administrator: let the reverse proxy pass WebSocket upgrades for /livekit/. The README has a configuration for nginx, Caddy and Traefik.",
};

const noMediaServer = {
  text: "Can't connect to the session: the media server can't be reached.",
  operator: outside ? "Server administrator: check that LIVEKIT_URL is right and that browsers reach it." : "Server administrator: the console and /readyz say why live media doesn't run.",
};

// Says why no WebSocket comes about with this pass, or nothing while the server has not answered. A plain request asks
// the media server whether it would let this page in.
export async function diagnose({ url, token }) {
  if (outside) return noMediaServer;
  const address = `${url.replace(/^ws/, "http")}/rtc/validate?access_token=${encodeURIComponent(token)}`;
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (answer?.ok && ours(answer)) return noWebSockets;
  return answer && answer.status >= 500 ? noMediaServer : null;
}
