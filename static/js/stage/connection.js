// The way into the media room, and back into it. Each way in begins with a new pass, which the server gives only to who
// may be in: so the server's word decides whether a lost connection is looked for again.
import { at } from "./session.js";
import { fallOf, over } from "./curtain.js";
import { caption } from "./captions.js";
import { reached } from "./marks.js";
import { look, take } from "./state.js";
import { DisconnectReason, room, RoomEvent } from "./room.js";

const banner = document.getElementById("banner");
const slowest = 8000;
let entering = false;
let wake = () => {};

// Connects, however often it takes. published is called each time that the page is in anew.
async function enter(published) {
  if (entering) return;
  entering = true;
  for (let attempt = 0; !over(); attempt++) {
    if (attempt > 0) await pause(attempt);
    if (over() || !(await once())) continue;
    show("");
    entering = false;
    published();
    return;
  }
  entering = false;
}

async function once() {
  const pass = await ask();
  if (!pass) return false;
  reached("token");
  try {
    await room.connect(pass.url, pass.token, { maxRetries: 0 });
  } catch (refused) {
    return false;
  }
  reached("connected");
  return !over();
}

// A pass, or nothing if there is none now. What the server says instead of one is shown.
async function ask() {
  const answer = await fetch(at("token"), { method: "POST", headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) return answer.json().catch(() => null);
  if (answer && answer.status < 500) {
    const said = await take(answer);
    if (said) show(said);
  }
  return null;
}

// Waits ever longer, each page another time; a network that is back ends it at once.
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

function show(sentence) {
  if (banner.hidden === (sentence === "") && banner.textContent.trim() === sentence) return;
  const lost = !banner.hidden;
  banner.hidden = sentence === "";
  banner.querySelector("p").textContent = sentence;
  if (sentence) caption(sentence);
  else if (lost) caption("You are back in the session.");
}

const lost = "The connection is lost. Reconnecting…";

// Keeps the page in the room until it is over.
export function keepIn(published) {
  room.on(RoomEvent.SignalConnected, () => reached("signal"));
  room.on(RoomEvent.SignalReconnecting, () => show(lost));
  room.on(RoomEvent.Reconnecting, () => show(lost));
  room.on(RoomEvent.Reconnected, () => show(""));
  room.on(RoomEvent.Disconnected, async (reason) => {
    if (over() || entering || reason === DisconnectReason.CLIENT_INITIATED) return;
    if (reason === DisconnectReason.DUPLICATE_IDENTITY) return fallOf("elsewhere");
    if ([DisconnectReason.PARTICIPANT_REMOVED, DisconnectReason.ROOM_DELETED].includes(reason)) await look();
    if (over()) return;
    show(lost);
    enter(published);
  });
  return enter(published);
}
