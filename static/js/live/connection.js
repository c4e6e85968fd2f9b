// Connects and reconnects to the media room. Each attempt starts with a new token, which the server only issues to people
// who can join: so the server decides whether to reconnect.
import { at } from "./session.js";
import { endWith, over } from "./end_screen.js";
import { caption } from "./captions.js";
import { diagnose, mediaBlocked } from "./diagnosis.js";
import { reached } from "./timing.js";
import { look, take } from "./state.js";
import { DisconnectReason, room, RoomEvent } from "./room.js";
import { explain, ours } from "../outage.js";

const banner = document.getElementById("banner");
const slowest = 8000;
const patience = 9000; // before the page explains why it can't connect
let entering = false;
let signalled = false; // the media server responded in this attempt
let wake = () => {};

// Connects, retrying as often as necessary. published is called after each connection.
async function enter(published) {
  if (entering) return;
  entering = true;
  const late = setTimeout(tell, patience);
  for (let attempt = 0; !over(); attempt++) {
    if (attempt > 0) await pause(attempt);
    if (over() || !(await once(attempt))) continue;
    clearTimeout(late);
    hide();
    entering = false;
    published();
    return;
  }
  clearTimeout(late);
  entering = false;
}

let pass; // token of this attempt, or null

async function once(attempt) {
  signalled = false;
  pass = await ask();
  if (!pass) return false;
  reached("token");
  try {
    await room.connect(pass.url, pass.token, { maxRetries: 0 });
  } catch (refused) {
    if (attempt > 0 || signalled) await tell(); // at the first attempt the server may still be starting
    return false;
  }
  reached("connected");
  return !over();
}

// Explains why the page can't connect.
async function tell() {
  if (over()) return;
  const said = banner.querySelector("p").textContent;
  if (!pass) return [connecting, lost].includes(said) && show({ text: explain(null) });
  if (signalled) return show(mediaBlocked);
  const fault = await diagnose(pass);
  if (fault && entering && !signalled) show(fault);
}

// Fetches a token, or shows the server's response instead.
async function ask() {
  const answer = await fetch(at("token"), { method: "POST", headers: { "HX-Request": "true" } }).catch(() => null);
  if (!ours(answer)) show({ text: explain(answer) });
  else if (answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) return answer.json().catch(() => null);
  else if (answer.status < 500) {
    const said = await take(answer);
    if (said) show({ text: said });
  }
  return null;
}

// Waits with exponential backoff and jitter, until the network is back.
function pause(attempt) {
  const longest = Math.min(slowest, 250 * 2 ** attempt);
  return new Promise((done) => {
    const clock = setTimeout(done, longest * (0.5 + Math.random() / 2));
    wake = () => {
      clearTimeout(clock);
      done();
    };
  });
}

window.addEventListener("online", () => wake());

banner.querySelector("button").addEventListener("click", () => {
  if (room.state === "connecting") room.disconnect(); // cancels the current attempt
  wake();
});

// Shows why the page can't connect, and what the server administrator can do.
function show({ text, operator = "" }) {
  if (!banner.hidden && banner.querySelector("p").textContent === text) return;
  banner.hidden = false;
  banner.dataset.kind = operator ? "bad" : "wait";
  banner.querySelector("p").textContent = text;
  banner.querySelector("small").textContent = operator;
  banner.querySelector("button").hidden = text === connecting || text === lost;
  caption(text);
}

function hide() {
  const back = banner.querySelector("p").textContent !== connecting;
  banner.hidden = true;
  if (back) caption("You're connected to the session.");
}

const connecting = "Connecting…";
const lost = "Connection lost. Reconnecting…";

// Keeps the page connected until the session is over.
export function keepIn(published) {
  room.on(RoomEvent.SignalConnected, () => {
    signalled = true;
    reached("signal");
  });
  room.on(RoomEvent.SignalReconnecting, () => show({ text: lost }));
  room.on(RoomEvent.Reconnecting, () => show({ text: lost }));
  room.on(RoomEvent.Reconnected, hide);
  room.on(RoomEvent.Disconnected, async (reason) => {
    if (over() || entering || reason === DisconnectReason.CLIENT_INITIATED) return;
    if (reason === DisconnectReason.DUPLICATE_IDENTITY) return endWith("elsewhere");
    if ([DisconnectReason.PARTICIPANT_REMOVED, DisconnectReason.ROOM_DELETED].includes(reason)) await look();
    if (over()) return;
    show({ text: lost });
    enter(published);
  });
  return enter(published);
}
