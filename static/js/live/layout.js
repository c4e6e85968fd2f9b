// Where the pictures stand: as large as they can be, whatever their number and the window's shape.
const widest = 16 / 9;
const gap = 8;
const smallest = 132; // a picture is not narrower; then the rest is scrolled to

// All alike: the number of columns with which each is largest.
function even(count, width, height) {
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

// One large, the others around it in an angle: how many tracks a side has, and how many others have a place.
function around(others) {
  if (others === 0) return { side: 1, main: 1, places: 0 };
  if (others <= 3) return { side: 3, main: 2, rows: Math.max(2, others), places: others };
  if (others <= 5) return { side: 3, main: 2, places: 5 };
  return { side: 4, main: 3, places: 7 };
}

const px = (n) => `${n}px`;

// Arranges count pictures in the list. It returns how many beside the large one have a place; the list shows the rest
// by their number. On a narrow window the others stand in a row that is scrolled.
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
  const column = form.rows !== undefined; // the others stand in one column, and the large one is as high as it
  set("--columns", form.side);
  set("--rows", column ? form.rows : form.side);
  set("--main", form.main);
  set("--main-rows", column ? form.rows : form.main);
  return form.places;
}
