// The chat. The server keeps messages and sends them to the pages; a page loads those that it missed.
import { at, session } from "./session.js";
import { el, gathered, write } from "./dom.js";
import { room, RoomEvent } from "./room.js";
import { look } from "./state.js";
import { isOpen, whenOpened } from "./panels.js";
import { caption } from "./captions.js";
import { explain, ours } from "../outage.js";
import { say } from "../toasts.js";
import { timeOfDay } from "../join/times.js";

const topic = "chat";
const most = 500;
const talk = document.getElementById("talk");
const form = document.getElementById("chat-form");
const field = form.querySelector("textarea");
const to = document.getElementById("chat-to");
const words = new TextDecoder();
const known = new Set(); // ids of the messages that the page has
const seen = `${at("chat")} seen`; // key of when the chat was last open, which survives a reload
let unread = 0;

// Only the server sends data without a participant.
room.on(RoomEvent.DataReceived, (payload, participant, _kind, subject) => {
  if (subject === topic && !participant) take(JSON.parse(words.decode(payload)));
});

// Loads messages that were sent before the page was opened or while it was disconnected.
async function load() {
  const answer = await fetch(at("chat"), { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || !ours(answer)) return;
  for (const message of await answer.json()) take(message);
}

function take(message) {
  if (known.has(message.id)) return;
  known.add(message.id);
  show(message);
  if (isOpen("chat")) sessionStorage.setItem(seen, message.at);
  if (isOpen("chat") || message.person === session.me.id || message.at <= Number(sessionStorage.getItem(seen))) return;
  unread++;
  count();
  if (unread === 1) caption(`New message from ${message.name}.`);
}

const fresh = []; // not rendered yet

function show(message) {
  fresh.push(message);
  if (fresh.length > most) fresh.shift();
  draw();
}

// Measure the list once per batch, because layout is slow.
const draw = gathered(() => {
  const low = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80 || fresh.some(({ person }) => person === session.me.id);
  fresh.splice(0).sort((a, b) => a.at - b.at).forEach(add);
  const lines = talk.getElementsByTagName("p");
  while (lines.length > most) (lines[0].parentElement.contains(lines[1]) ? lines[0] : lines[0].parentElement).remove();
  if (low) talk.scrollTop = talk.scrollHeight;
});

// Adds a message below those that were sent before it, to a block of the same sender if it is the last.
function add({ person, name, text, hosts, at: ms }) {
  const mine = person === session.me.id;
  const sent = new Date(ms);
  const blocks = [...talk.children];
  const before = blocks.findLast((block) => Number(block.dataset.last) <= ms);
  const line = el("p", {}, ...linked(text));
  if (before && before === blocks.at(-1) && before.dataset.person === person && before.dataset.hosts === String(hosts) && ms - Number(before.dataset.at) < 120_000) {
    before.append(line);
    before.dataset.last = ms;
    return;
  }
  const block = el("div", { "data-person": person, "data-at": ms, "data-last": ms, "data-hosts": String(hosts), "data-mine": mine },
    el("b", { dir: "auto" }, mine ? "You" : name), el("time", { datetime: sent.toISOString() }, timeOfDay(sent)));
  if (hosts) block.append(el("small", {}, mine ? "Only to hosts" : "Only to hosts and co-hosts"));
  block.append(line);
  if (before) before.after(block);
  else talk.prepend(block);
}

// Turns URLs into links that open in a new tab.
function linked(text) {
  return text.split(/(\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/u).map((piece, i) => {
    if (i % 2 === 0) return piece;
    try {
      const { href } = new URL(piece);
      return el("a", { class: "link", href, target: "_blank", rel: "noopener noreferrer nofollow" }, piece);
    } catch (broken) {
      return piece;
    }
  });
}

function count() {
  const dot = document.getElementById("chat-dot");
  dot.hidden = unread === 0;
  write(dot.firstChild, String(unread));
}

let sending = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text === "" || sending) return;
  sending = true;
  form.querySelector("button").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(at("chat"), { method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams({ text, to: to?.value ?? "" }) }).catch(() => null);
    const said = ours(answer) ? await answer.json().catch(() => null) : null;
    if (said?.id) {
      take(said);
      if (field.value.trim() === text) field.value = "";
    } else {
      say(`Message not sent. ${said?.message ?? (ours(answer) ? "Try again." : explain(answer))}`);
      look(); // the session may have ended
    }
  } finally {
    sending = false;
    form.querySelector("button").removeAttribute("aria-busy");
  }
});

to?.addEventListener("change", () => (field.placeholder = to.value ? "Message the hosts" : "Message everyone"));

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

whenOpened("chat", () => {
  unread = 0;
  sessionStorage.setItem(seen, Date.now());
  count();
  talk.scrollTop = talk.scrollHeight;
  field.focus();
});

room.on(RoomEvent.Reconnected, load);
room.on(RoomEvent.Connected, load);
