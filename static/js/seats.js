// A [data-roving] group of links is a single tab stop; arrows, Home and End move inside it.
const items = (group) => [...group.querySelectorAll("a[href]")];

export function oneStop() {
  for (const group of document.querySelectorAll("[data-roving]")) {
    const links = items(group);
    const stop = links.find((l) => l === document.activeElement) ?? links.find((l) => l.tabIndex === 0 && l.hasAttribute("tabindex")) ?? links[0];
    for (const link of links) link.tabIndex = link === stop ? 0 : -1;
  }
}

document.addEventListener("keydown", (event) => {
  const group = event.target.closest?.("[data-roving]");
  if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = items(group);
  const next = step(links, links.indexOf(event.target), event.key);
  if (!next) return;
  event.preventDefault();
  for (const link of links) link.tabIndex = link === next ? 0 : -1;
  next.focus();
});

function step(links, at, key) {
  switch (key) {
    case "ArrowRight": return links[at + 1];
    case "ArrowLeft": return links[at - 1];
    case "Home": return links[0];
    case "End": return links.at(-1);
    case "ArrowDown": return nearest(links, links[at], 1);
    case "ArrowUp": return nearest(links, links[at], -1);
  }
}

// Returns the closest link in the next row in that direction.
function nearest(links, from, direction) {
  const here = from.getBoundingClientRect();
  let best, least = Infinity;
  for (const link of links) {
    const box = link.getBoundingClientRect();
    const down = (box.top - here.top) * direction;
    if (down < here.height / 2) continue;
    const distance = down * 1000 + Math.abs(box.left - here.left);
    if (distance < least) [best, least] = [link, distance];
  }
  return best;
}
