// The join page: times in the browser's own zone, the device check, and joining by itself.
import { ready } from "../ready.js";
import * as devices from "./devices.js";
import { tell } from "./times.js";

ready(tell);
ready(devices.start);

const acts = () => document.getElementById("door-acts");
let enters = acts()?.hasAttribute("data-enters");
let standing = acts()?.dataset.standing;

// The page shows something else now: it is read out, the device check comes or goes, and a reader who waited joins.
document.addEventListener("usher:fresh", ({ detail: page }) => {
  if (!acts()) return;
  document.title = page.title;
  tell();
  devices.start();
  if (acts().dataset.standing !== standing) {
    const text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";
    document.getElementById("door-said").textContent = `${text("#door-head h1")}. ${text("#door-lede")}`;
  }
  const join = enters ? acts().querySelector("form[data-join]") : null;
  ({ standing } = acts().dataset);
  enters = acts().hasAttribute("data-enters");
  join?.requestSubmit();
});

// The login ended, so that the stream did: the page is another one now.
document.getElementById("live")?.addEventListener("htmx:sse:close", () => location.replace(document.querySelector("[data-fresh-at]")?.dataset.freshAt ?? location.href));
