package audit

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Event is an entry as it concerns one person: he did it, or it was done to him, or both.
type Event struct {
	Row
	Own   bool // he did it
	About bool // it was done to him
}

// Activity is the newest events of a person in a team, since he was first invited. id is the account's or the
// invitation's.
func Activity(app core.App, team, id string, size int) ([]Event, error) {
	page, err := list(app, team, Query{Person: id, Size: size})
	if err != nil || len(page.Rows) == 0 {
		return nil, err
	}
	ids, addresses, err := whoIs(app, team, id)
	events := make([]Event, 0, len(page.Rows))
	for _, row := range page.Rows {
		events = append(events, Event{
			Row: row, Own: slices.Contains(ids, row.Actor),
			About: slices.Contains(ids, row.Target) || row.Target == "" && slices.Contains(addresses, row.TargetName),
		})
	}
	return events, err
}

// Text tells the event beside the person's name: "Invited as Admin by Marta Oliveira", "Left the team".
func (e Event) Text() string {
	deed, s := deedOf(e.Action), e.Sentence()
	switch {
	case e.About && deed.Got != "" && !e.Refused():
		text := strings.ReplaceAll(deed.Got, "{roles}", e.roles())
		if !e.Own && (e.Actor != "" || e.ActorName == Administrator) {
			text += " by " + s.Who
		}
		return capital(text)
	case e.Own:
		return capital(strings.TrimSpace(s.Did + s.Whom + s.Rest))
	}
	return s.String()
}
