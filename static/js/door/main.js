// The door of a session: times in the browser's own zone, going in by itself, the device check.
import { ready } from "../ready.js";
import * as devices from "./devices.js";
import { tell } from "./times.js";

ready(tell);
ready(devices.start);
ready(() => document.querySelector("form[data-go]")?.requestSubmit());
