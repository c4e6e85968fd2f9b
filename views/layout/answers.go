package layout

import (
	"usher/hooks/sessions"
)

// RSVPOption is what can be said to an invitation to a session.
type RSVPOption struct{ Value, Label, Icon string }

// RSVPOptions are all of them, as buttons show them.
var RSVPOptions = []RSVPOption{{sessions.Yes, "Yes", "check"}, {sessions.Maybe, "Maybe", "circle-question-mark"}, {sessions.No, "No", "x"}}
