// Theme switch: button[data-theme-set] selects light, dark or the system theme.
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
  const theme = button.dataset.themeSet;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Without storage, the choice applies to this page only.
  }
  mark();
});

window.addEventListener("storage", (event) => {
  if (event.key !== "theme") return;
  if (event.newValue) root.dataset.theme = event.newValue;
  else delete root.dataset.theme;
  mark();
});
