// Creates elements without markup: user input is text, never HTML.
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) mark(made, name, value);
  made.append(...children);
  return made;
}

// Sets an attribute if it differs; true sets it without a value, false or null removes it.
export function mark(element, name, value) {
  const gone = value === false || value === null || value === undefined;
  if (gone) return element.removeAttribute(name);
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const icons = document.getElementById("icons").content;

// One of the page's icons; with a label it is announced by screen readers.
export function icon(name, label) {
  const drawn = icons.querySelector(`[data-icon="${name}"] > svg`).cloneNode(true);
  if (label) {
    drawn.removeAttribute("aria-hidden");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", label);
  }
  return drawn;
}

// Replaces an icon, unless it is the same.
export function swapIcon(holder, name, label) {
  const wanted = `${name} ${label ?? ""}`;
  if (holder.dataset.drawn === wanted) return;
  holder.dataset.drawn = wanted;
  const fresh = icon(name, label);
  const old = holder.querySelector("svg");
  if (old) old.replaceWith(fresh);
  else holder.prepend(fresh);
}

// The initials of a name.
export function initials(name) {
  const words = name.trim().split(/\s+/u).map((word) => [...word].find((char) => /[\p{L}\p{N}]/u.test(char))).filter(Boolean);
  if (words.length === 0) return "?";
  const both = words.length === 1 ? [...name.trim()].slice(0, 2) : [words[0], words.at(-1)];
  return both.join("").toUpperCase();
}

// Each person has the same colour on every page.
export function tone(identity) {
  let sum = 0;
  for (const char of identity) sum = (sum * 31 + char.codePointAt(0)) % 997;
  return (sum % 5) + 1;
}

// A name for the middle of a sentence, which its direction doesn't change.
export const isolate = (name) => (/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name);

// Calls f once per frame, however many calls there were.
export function gathered(f) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    const run = () => {
      if (!due) return;
      due = false;
      f();
    };
    requestAnimationFrame(run);
    setTimeout(run, 100); // background pages have no frames
  };
}
