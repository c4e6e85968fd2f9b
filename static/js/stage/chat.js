// Messages between those who are in now. Nothing is kept: who comes later does not see them.
import { el, write } from "./dom.js";
import { about, isMe, me, room } from "./room.js";
import { isOpen, whenOpened } from "./panels.js";
import { caption } from "./captions.js";
import { say } from "../toasts.js";
import { timeOfDay } from "../door/times.js";

const topic = "chat";
const longest = 2000;
const most = 500;
const talk = document.getElementById("talk");
const form = document.getElementById("chat-form");
const field = form.querySelector("textarea");
let unread = 0;

room.registerTextStreamHandler(topic, async (reader, { identity }) => {
  const text = (await reader.readAll()).slice(0, longest);
  const participant = room.remoteParticipants.get(identity);
  if (!participant || text.trim() === "") return;
  show(participant, text);
  if (isOpen("chat")) return;
  unread++;
  count();
  if (unread === 1) caption(`A message from ${about(participant).name}.`);
});

function show(participant, text) {
  const low = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  const { name } = about(participant);
  const at = new Date();
  const last = talk.lastElementChild;
  const line = el("p", {}, ...linked(text));
  if (last?.dataset.person === participant.identity && at - Number(last.dataset.at) < 120_000) {
    last.append(line);
  } else {
    talk.append(el("div", { "data-person": participant.identity, "data-at": at.getTime(), "data-mine": isMe(participant) },
      el("b", {}, isMe(participant) ? "You" : name), el("time", { datetime: at.toISOString() }, timeOfDay(at)), line));
  }
  while (talk.children.length > most) talk.firstElementChild.remove();
  document.getElementById("talk-empty").hidden = true;
  if (low || isMe(participant)) talk.scrollTop = talk.scrollHeight;
}

// What looks like a web address leads there, in a page of its own.
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
    await me().sendText(text, { topic });
  } catch (refused) {
    say("The message was not sent: the connection is lost. It is still in the field.");
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
