package app

import (
	"slices"
	"time"

	"usher/hooks/sessions"
	"usher/hooks/tools/text"
)

// deviationNames say what was changed about a session of a series on its own. Other fields are settings.
var deviationNames = map[string]string{
	sessions.OwnStart: "time", "title": "title", "description": "description", "minutes": "duration", "room": "room", "elsewhere": "external link",
	sessions.OwnPeople: "participants",
}

// deviationText describes a session that was changed on its own: "Wed 4 Nov 2026, 14:00: time and title". current is the id
// of the session that is edited.
func deviationText(one sessions.Deviation, current string, zone *time.Location) string {
	var names []string
	for _, field := range one.Fields {
		name, known := deviationNames[field]
		if !known {
			name = "settings"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	sentence := text.DateAndTime(one.Session.Starts().In(zone), "Mon 2 Jan 2006") + ": " + text.JoinList(names)
	if one.Session.Id == current {
		return "This session: " + text.JoinList(names)
	}
	if slices.Contains(one.Fields, "title") {
		sentence += " (“" + text.Isolate(one.Session.Title()) + "”)"
	}
	return sentence
}
