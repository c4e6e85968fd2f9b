// Lays out the tiles as large as possible for their number and the window's shape.
const widest = 16 / 9;
const gap = 8;
const smallest = 132; // minimum width of a tile; the others scroll

// Grid view: the number of columns that makes the tiles largest.
export function even(count, width, height) {
  const narrowest = width < height ? 3 / 4 : 4 / 3;
  let best = { area: -1 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    let w = (width - gap * (columns - 1)) / columns;
    let h = (height - gap * (rows - 1)) / rows;
    if (w / h > widest) w = h * widest;
    if (w / h < narrowest) h = w / narrowest;
    if (w > 0 && w * h > best.area) best = { area: w * h, w, h };
  }
  if (best.w < smallest && count > 2) {
    const columns = Math.max(2, Math.floor((width + gap) / (smallest + gap)));
    best.w = (width - gap * (columns - 1)) / columns;
    best.h = best.w / narrowest;
  }
  return { w: Math.floor(best.w), h: Math.floor(best.h) };
}

// One large tile with the others around it in an L shape: how many tracks a side has, and how many others fit.
function around(others) {
  if (others === 0) return { side: 1, main: 1, places: 0 };
  if (others <= 3) return { side: 3, main: 2, rows: Math.max(2, others), places: others };
  if (others <= 5) return { side: 3, main: 2, places: 5 };
  return { side: 4, main: 3, places: 7 };
}

const px = (n) => `${n}px`;

// Arranges count tiles in the list. Returns how many fit beside the large one; the list shows the number of the rest. In a
// narrow window the others are in a row that scrolls.
export function arrange(list, count, large) {
  const { clientWidth: width, clientHeight: height } = list;
  const set = (name, value) => list.style.setProperty(name, value);
  const narrow = document.documentElement.clientWidth < 900;
  list.dataset.form = large ? (narrow ? "row" : "angle") : "even";
  if (!large) {
    const { w, h } = even(Math.max(1, count), width, height);
    set("--tile-w", px(w));
    set("--tile-h", px(h));
    return count;
  }
  if (narrow) return count - 1;
  const form = around(count - 1);
  const column = form.rows !== undefined; // the others are in one column, and the large tile has its height
  set("--columns", form.side);
  set("--rows", column ? form.rows : form.side);
  set("--main", form.main);
  set("--main-rows", column ? form.rows : form.main);
  return form.places;
}
