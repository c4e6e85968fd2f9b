// Preferences stored in this browser. Without storage they last for the page.
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
    // Kept for this page only.
  }
}
