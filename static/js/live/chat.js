// Messages between the people in the session now. They aren't saved, and people who join later don't see them.
import { el, gathered, write } from "./dom.js";
import { about, isMe, me, room, RoomEvent } from "./room.js";
import { isOpen, whenOpened } from "./panels.js";
import { caption } from "./captions.js";
import { say } from "../toasts.js";
import { timeOfDay } from "../join/times.js";

const topic = "chat";
const longest = 2000;
const most = 500;
const talk = document.getElementById("talk");
const form = document.getElementById("chat-form");
const field = form.querySelector("textarea");
const encoder = new TextEncoder();
const words = new TextDecoder();
let unread = 0;

// A message is one packet. The media server states its sender and limits its size.
room.on(RoomEvent.DataReceived, (payload, participant, _kind, subject) => {
  if (subject !== topic || !participant) return;
  const text = words.decode(payload).slice(0, longest);
  if (text.trim() === "") return;
  show(participant, text);
  if (isOpen("chat")) return;
  unread++;
  count();
  if (unread === 1) caption(`New message from ${about(participant).name}.`);
});

const fresh = []; // not rendered yet

function show(participant, text) {
  fresh.push({ participant, text, at: new Date() });
  if (fresh.length > most) fresh.shift();
  draw();
}

// Measure the list once per batch, because layout is slow.
const draw = gathered(() => {
  const low = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80 || fresh.some(({ participant }) => isMe(participant));
  fresh.splice(0).forEach(add);
  const lines = talk.getElementsByTagName("p");
  while (lines.length > most) (lines[0].parentElement.contains(lines[1]) ? lines[0] : lines[0].parentElement).remove();
  document.getElementById("talk-empty").hidden = true;
  if (low) talk.scrollTop = talk.scrollHeight;
});

function add({ participant, text, at }) {
  const { name } = about(participant);
  const last = talk.lastElementChild;
  const line = el("p", {}, ...linked(text));
  if (last?.dataset.person === participant.identity && at - Number(last.dataset.at) < 120_000) {
    last.append(line);
  } else {
    talk.append(el("div", { "data-person": participant.identity, "data-at": at.getTime(), "data-mine": isMe(participant) },
      el("b", { dir: "auto" }, isMe(participant) ? "You" : name), el("time", { datetime: at.toISOString() }, timeOfDay(at)), line));
  }
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

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text === "") return;
  try {
    await me().publishData(encoder.encode(text), { reliable: true, topic });
  } catch (refused) {
    say("Message not sent: the connection was lost. Try again when you're reconnected.");
    return;
  }
  field.value = "";
  show(me(), text);
});

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

whenOpened("chat", () => {
  unread = 0;
  count();
  talk.scrollTop = talk.scrollHeight;
  field.focus();
});
