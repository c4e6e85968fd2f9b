// The switch between light, dark and the system's theme: button[data-theme-set].
const root = document.documentElement;

export function mark() {
  const now = root.dataset.theme ?? "system";
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === now));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-set]");
  if (!button) return;
  const wish = button.dataset.themeSet;
  if (wish === "system") delete root.dataset.theme;
  else root.dataset.theme = wish;
  try {
    if (wish === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", wish);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  mark();
});

window.addEventListener("storage", (event) => {
  if (event.key !== "theme") return;
  if (event.newValue) root.dataset.theme = event.newValue;
  else delete root.dataset.theme;
  mark();
});
