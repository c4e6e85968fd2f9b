// details.menu and details.switcher: one is open at a time, Esc and outside clicks close it, arrows move the focus.
const open = "details:is(.menu, .switcher)[open]";
const entries = (menu) => [...menu.querySelectorAll("a[href], button")].filter((e) => e.offsetParent !== null);

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(open)) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// What is pressed in a menu acts, so the menu closes. The focus returns to its button.
document.addEventListener("click", (event) => {
  const menu = event.target.closest("details.menu[open]");
  if (!menu || !event.target.closest(".menu-item")) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest(open);
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details:is(.menu, .switcher)");
  if (!menu) return;
  const down = event.key === "ArrowDown";
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (down || event.key === "ArrowUp") {
    if (menu.open) move(menu, down);
    else drawn(() => move(menu, down)); // entries can't take the focus before they are rendered
    menu.open = true;
  } else {
    return;
  }
  event.preventDefault();
});

function move(menu, down) {
  const all = entries(menu);
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (down ? 0 : all.length - 1) : (at + (down ? 1 : -1) + all.length) % all.length;
  all[next]?.focus();
}

const drawn = (f) => requestAnimationFrame(() => requestAnimationFrame(f));

// A link to a part of the current page closes the side navigation.
document.addEventListener("click", (event) => {
  const drawer = event.target.closest("a[href*='#']")?.closest(".side:popover-open");
  drawer?.hidePopover();
});
