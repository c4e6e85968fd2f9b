// Announces changes to screen readers, one sentence after another, without showing them.
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
  if (!speaking) return;
  place.textContent = sentence;
  setTimeout(next, 1200);
}
