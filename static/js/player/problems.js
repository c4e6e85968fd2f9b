// What can't be played, and what to do about it.
import { el, mark } from "../live/dom.js";
import { explain, ours } from "../outage.js";
import { recording } from "./recording.js";
import { look, pause, play, watch } from "./playback.js";
import { parts, retry, unload, whenFailed } from "./parts.js";

const retries = 3;
const problem = document.getElementById("player-problem");
const notice = document.getElementById("player-notice");

whenFailed(async (part, error) => {
  if (error?.code === MediaError.MEDIA_ERR_DECODE) return give(part, "decode");
  const answer = await fetch(part.data.url, { headers: { Range: "bytes=0-0" }, cache: "no-store" }).catch(() => null);
  answer?.body?.cancel();
  if (answer?.ok && error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED) return give(part, "type");
  if (answer && ours(answer) && [401, 403, 404, 410].includes(answer.status)) return stop("You can no longer play this recording. It may have been deleted, or it's no longer shared with you.");
  part.tries++;
  if (part.tries <= retries) return setTimeout(() => again(part), 1000 * part.tries);
  part.failed = "network";
  unload(part);
  stop(answer?.ok ? "The recording can't be loaded. Check your connection and try again." : explain(answer && !ours(answer) ? answer : null));
});

function again(part) {
  retry(part);
  look();
}

// A part that this browser can't play is left out; the rest goes on.
function give(part, why) {
  part.failed = why;
  unload(part);
  look();
  const what = part.data.video ? "video" : "sound";
  const text = why === "type" ? `Some ${what} can't be played by this browser.` : `Some ${what} is damaged and is left out.`;
  const advice = recording.download ? "To see everything, " : "Try a recent version of Chrome, Edge or Firefox.";
  notice.replaceChildren(el("p", {}, `${text} ${advice}`, ...(recording.download ? [el("a", { class: "link", href: recording.download }, "download the recording"), "."] : [])));
}

function stop(text) {
  pause();
  problem.querySelector("p").textContent = text;
  problem.hidden = false;
}

problem.querySelector("button").addEventListener("click", () => {
  problem.hidden = true;
  for (const part of parts) {
    if (part.failed !== "network" && !part.element?.error) continue;
    part.tries = 0;
    retry(part);
  }
  play();
});

// Parts of a type that the browser doesn't know aren't loaded.
const test = { true: document.createElement("video"), false: document.createElement("audio") };
for (const part of parts) if (part.data.type && test[Boolean(part.data.video)].canPlayType(part.data.type) === "") give(part, "type");

watch(() => mark(problem, "data-on", !problem.hidden));
