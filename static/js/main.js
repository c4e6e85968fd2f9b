// Progressive enhancement of pages that work without script. Listeners are on the document, so that
// swapped-in parts need no setup; ready() runs what does.
import { ready } from "./ready.js";
import * as details from "./details.js";
import * as dialogs from "./dialogs.js";
import * as find from "./search.js";
import * as forms from "./forms.js";
import * as fresh from "./refresh.js";
import * as seats from "./seats.js";
import * as select from "./select.js";
import * as theme from "./theme_menu.js";
import * as toasts from "./toasts.js";
import "./busy.js";
import "./copy.js";
import "./drop.js";
import "./events.js";
import "./fold.js";
import "./submit.js"; // after forms.js, which marks the form as busy
import "./menus.js"; // before keys.js, because menus handle arrows first
import "./keys.js";

ready(theme.mark);
ready(seats.oneStop);
ready(select.count);
ready(toasts.start);
ready(dialogs.trap);
ready(forms.focusError);
ready(details.keep);
ready(dialogs.restore);
ready(find.arrived);
ready(fresh.wait);
find.land();

// Modules that few pages need load with the part that needs them.
const later = {
  "[data-running]": () => import("./later/running.js"),
  "[data-countdown]": () => import("./later/countdown.js"),
  "form[data-passkey]": () => import("./later/passkey.js"),
  "form[data-discard]": () => import("./later/discard.js"),
  "[data-timezones], [data-detect]": () => import("./later/timezone.js"),
};
ready(async () => {
  for (const part in later) if (document.querySelector(part)) (await later[part]()).fill?.();
});
