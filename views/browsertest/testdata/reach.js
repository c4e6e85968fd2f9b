// Returns what can't be read or reached on the page: text and controls beyond the window, cut off, on top of others, or too small to
// tap on a phone. If a dialog or the details panel lies over the page, only that is judged.
(() => {
  const faults = new Set();
  const styles = new Map();
  const style = (e) => styles.get(e) ?? (styles.set(e, getComputedStyle(e)), styles.get(e));
  const name = (e) => {
    const words = (e.getAttribute("aria-label") ?? e.innerText ?? e.value ?? "").replace(/\s+/g, " ").trim().slice(0, 24);
    const where = [e.parentElement, e].map((x) => x.localName + (x.id ? "#" + x.id : "") + [...x.classList].map((c) => "." + c).join("")).join(" > ");
    return `${where} "${words}"`;
  };
  const scrollsSideways = ".filters, .tiles[data-form=row], .docs-scroll";
  const hidden = (e) => !e.checkVisibility({ visibilityProperty: true }) || e.closest(".sr, [hidden], .needs-js:not(:root *)") || style(e).clipPath !== "none" && style(e).position === "absolute";
  const shown = (e) => {
    for (let x = e; x && x !== document.documentElement; x = x.parentElement) if (style(x).clipPath.startsWith("inset(50%") || style(x).opacity === "0") return false;
    return !hidden(e);
  };
  const phone = innerWidth < 640;

  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  const details = document.querySelector("#details:not([hidden])");
  const over = details && style(details).position === "fixed" ? details : null;
  const scope = dialog ?? over ?? document.body;

  if (document.documentElement.scrollWidth > innerWidth) faults.add(`the page is ${document.documentElement.scrollWidth} pixels wide`);

  // The sides between which an element can be seen, after the clipping of its ancestors.
  function window_(e) {
    let left = 0, right = innerWidth;
    for (let x = e.parentElement; x; x = x.parentElement) {
      if (x.matches(scrollsSideways)) return [-Infinity, Infinity];
      if (style(x).overflowX === "visible" || style(x).display === "contents" || style(x).display === "inline") continue;
      const box = x.getBoundingClientRect();
      left = Math.max(left, box.left);
      right = Math.min(right, box.right);
      if (style(x).position === "fixed") break;
    }
    return [left, right];
  }

  const pointed = (box) => ({ element: document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2) });
  const controls = [...scope.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((e) => shown(e) && !e.matches(".skip"));
  for (const e of controls) {
    const box = [...e.getClientRects()].find((r) => r.width > 1 && r.height > 1);
    if (!box) continue;
    const [left, right] = window_(e);
    if (box.left < left - 1 || box.right > right + 1) faults.add(`out of reach: ${name(e)} from ${Math.round(box.left)} to ${Math.round(box.right)}, seen ${Math.round(left)} to ${Math.round(right)}`);
    else if (!e.disabled && !e.closest("[aria-disabled=true]") && style(e).pointerEvents !== "none" && !e.matches(".slot, .slot > a") && left !== -Infinity) {
      const label = e.closest("label") ?? e.labels?.[0];
      const hit = pointed(box);
      const free = () => hit.element && (e.contains(hit.element) || hit.element.contains(e) || label?.contains(hit.element) || hit.element.closest(".toasts, [open] > .menu-list"));
      if (!free()) {
        e.scrollIntoView({ block: "center", behavior: "instant" });
        Object.assign(hit, pointed([...e.getClientRects()].find((r) => r.width > 1 && r.height > 1)));
      }
      if (!free())
        faults.add(`covered: ${name(e)} by ${hit.element ? name(hit.element) : "nothing"}`);
    }
    if (phone && e.matches(".btn, button, summary, .menu-item, select") && !e.matches(".link, .tag, .seat, .sr") && !e.closest(".seg, .themes, .tools") && (box.height < 39.5 || e.matches(".btn[data-size^=icon]") && box.width < 39.5))
      faults.add(`small on a phone: ${name(e)} ${Math.round(box.width)} by ${Math.round(box.height)}`);
  }

  const texts = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode());) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("svg, select, textarea, option, script, style, noscript, template, datalist, title") || !shown(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (text.width < 1) continue;
    let box = parent, first = true;
    let left = text.left, right = text.right;
    for (; box && box !== document.documentElement; box = box.parentElement) {
      const s = style(box);
      if (s.display === "inline" || s.display === "contents") continue;
      if (box.matches(scrollsSideways)) { left = right = 0; break; }
      const b = box.getBoundingClientRect();
      const clips = s.overflowX !== "visible";
      if (first || clips) {
        if (left < b.left - 1.5 || right > b.right + 1.5) {
          if (clips && s.textOverflow === "ellipsis" && s.whiteSpace.startsWith("nowrap")) {
            if (!box.matches("[title], [title] *") && !box.querySelector("[title]")) faults.add(`cut without title: ${name(box)}`);
            left = Math.max(left, b.left); right = Math.min(right, b.right);
          } else {
            faults.add(`text beyond its box: ${name(box)} ${Math.round(left)} to ${Math.round(right)}, box ${Math.round(b.left)} to ${Math.round(b.right)}`);
            break;
          }
        }
        if (first && s.overflowY === "visible" && (text.bottom > b.bottom + 5 || text.top < b.top - 5) && s.position !== "absolute") faults.add(`text below its box: ${name(box)} ${Math.round(text.height)} in ${Math.round(b.height)}`);
        if (!clips) first = false;
      }
      if (s.position === "fixed") break;
    }
    if (left < -1 || right > innerWidth + 1) faults.add(`text beyond the window: ${name(parent)} to ${Math.round(right)}`);
  }
  scrollTo(0, 0);
  return [...faults];
})()
