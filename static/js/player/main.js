// The player of a recording: every track from one clock. Each module registers itself.
import "./playback.js";
import "./stage.js";
import "./speech.js";
import "./bar.js";
import "./controls.js";
import "./problems.js";
import "./keys.js";
import "./address.js"; // last: it begins at the time in the address
