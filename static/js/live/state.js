// The state on the server: the waiting room, the time left, whether the session is over. It is polled, and reloaded after
// each action; the changed parts are replaced.
import { at, session } from "./session.js";
import { showEndScreen, over } from "./end_screen.js";
import { leads, room, RoomEvent } from "./room.js";
import { explain, ours } from "../outage.js";
import { now } from "../ready.js";
import { say } from "../toasts.js";

const every = session.me.leads ? 3000 : 15_000;
const headers = { "HX-Request": "true" };
let clock;

// Loads the state. Returns whether the server responded.
export async function look() {
  clearTimeout(clock);
  if (over()) return true;
  const answer = await fetch(at("state"), { headers: { ...headers, "X-Background": "1" } }).catch(() => null);
  if (ours(answer)) await take(answer);
  if (!over()) clock = setTimeout(look, every);
  return ours(answer) && answer.status < 500;
}

// Shows the response. Returns its message, or "".
export async function take(answer) {
  const to = answer.headers.get("HX-Redirect");
  if (to) return leave(to);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const screen = page.getElementById("end-screen");
  if (screen) {
    showEndScreen(document.adoptNode(screen));
    return "";
  }
  for (const old of document.querySelectorAll("[data-state]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || fresh.isEqualNode(old)) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const around = old.closest(".panel")?.querySelector("h2") ?? document.getElementById("main");
    old.replaceWith(document.adoptNode(fresh));
    if (!focused) continue;
    const again = now(focused);
    (again?.checkVisibility() ? again : around).focus();
  }
  document.dispatchEvent(new Event("stage:state"));
  return page.getElementById("said")?.textContent.trim() ?? "";
}

function leave(to) {
  room.disconnect();
  location.replace(to);
  return "";
}

const sending = new Set();

// Sends a form to the server and shows the message; button is what was pressed. Returns whether the action succeeded.
// The same form isn't sent again before the response.
export async function send(action, fields, button) {
  const body = new URLSearchParams(fields);
  const key = `${action}?${body}`;
  if (sending.has(key)) return false;
  sending.add(key);
  button?.setAttribute("aria-busy", "true");
  try {
    return await post(action, body);
  } catch {
    say(explain(null)); // the response was cut
    return false;
  } finally {
    button?.removeAttribute("aria-busy");
    sending.delete(key);
  }
}

async function post(action, body) {
  const answer = await fetch(action, { method: "POST", headers, body }).catch(() => null);
  if (!ours(answer)) {
    say(explain(answer));
    return false;
  }
  const said = await take(answer);
  if (said) say(said);
  else if (!answer.ok) say(`Something went wrong on the server (error ${answer.status}). Try again.`);
  return answer.ok;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.hostAction === undefined) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  form.closest("dialog")?.close();
  const done = await send(form.action, fields, event.submitter);
  if (done && form.dataset.clears !== undefined) form.reset();
  if (done && form.dataset.hostAction === "all") tell();
});

// Makes the other pages reload the state immediately.
function tell() {
  room.localParticipant.publishData(new Uint8Array([1]), { reliable: true, topic: "look" }).catch(() => {});
}

room.on(RoomEvent.DataReceived, (_payload, participant, _kind, topic) => {
  if (topic !== "look" || !participant || !leads(participant)) return;
  clearTimeout(clock);
  clock = setTimeout(look, Math.random() * 500);
});
