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
import "./countdown.js";
import "./events.js";
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

// The modules in later/ load when a page needs them.
ready(async () => document.querySelector("[data-timezones], [data-detect]") && (await import("./later/timezone.js")).fill());
