package frame

import "usher/hooks/sessions"

// Answer is what can be said to an invitation to a session.
type Answer struct{ Value, Label, Icon string }

// Answers are all of them, as buttons show them.
var Answers = []Answer{{sessions.Yes, "Yes", "check"}, {sessions.Maybe, "Maybe", "circle-question-mark"}, {sessions.No, "No", "x"}}
