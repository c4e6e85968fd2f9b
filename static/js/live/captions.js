// Announces changes to screen readers, one sentence after another, without showing them. A sentence is cleared when its time is over.
const place = document.getElementById("captions");
const waiting = [];
let speaking = false;

export function caption(sentence) {
  waiting.push(sentence);
  if (!speaking) next();
}

function next() {
  const sentence = waiting.splice(0).join(" ");
  speaking = sentence !== "";
  place.textContent = sentence;
  if (speaking) setTimeout(next, 1200);
}
