package layout

import (
	"usher/hooks/sessions"
)

// RSVPOption is an answer to a session invite.
type RSVPOption struct{ Value, Label, Icon string }

// RSVPOptions lists the answers in the order of their buttons.
var RSVPOptions = []RSVPOption{{sessions.Yes, "Yes", "check"}, {sessions.Maybe, "Maybe", "circle-question-mark"}, {sessions.No, "No", "x"}}
