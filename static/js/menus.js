// details.menu and details.switcher: one open at a time, closed by Esc and by a click elsewhere, arrows move.
const open = "details:is(.menu, .switcher)[open]";
const entries = (menu) => [...menu.querySelectorAll("a[href], button")].filter((e) => e.offsetParent !== null);

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(open)) {
    if (!menu.contains(event.target)) menu.open = false;
  }
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
    else drawn(() => move(menu, down)); // what has just opened cannot take the focus yet
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

// The drawer closes on a link that leads to a part of the page that is open.
document.addEventListener("click", (event) => {
  const drawer = event.target.closest("a[href*='#']")?.closest(".side:popover-open");
  drawer?.hidePopover();
});
