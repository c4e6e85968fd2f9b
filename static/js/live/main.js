// The page of a live session. Each module registers itself; this one connects.
import { keepIn } from "./connection.js";
import { publish } from "./local_media.js";
import { reached } from "./timing.js";
import { look } from "./state.js";
import "./tiles.js";
import "./alone.js";
import "./people.js";
import "./panels.js";
import "./chat.js";
import "./devices.js";
import "./screen.js";
import "./clock.js";
import "./waiting.js";
import "./recording.js";
import "./leave.js";
import "./keys.js";
import "./reporting.js";
import "./messages.js";
import "./requests.js";

reached("script");
keepIn(publish);
look();
