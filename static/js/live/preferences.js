// What this browser remembers of the person's choices, from session to session. Without storage they last a page.
const name = "usher.stage";
let choices = {};
try {
  choices = JSON.parse(localStorage.getItem(name)) ?? {};
} catch (refused) {
  choices = {};
}

export const kept = (key, otherwise) => choices[key] ?? otherwise;

export function keep(key, value) {
  choices[key] = value;
  try {
    localStorage.setItem(name, JSON.stringify(choices));
  } catch (refused) {
    // It lasts as long as the page.
  }
}
