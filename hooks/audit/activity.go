package audit

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Event is an entry as it concerns one person: he did it, or it was done to him, or both.
type Event struct {
	Row
	IsActor  bool // he did it
	IsTarget bool // it was done to him
}

// Activity is the newest events of a person in a team, since he was first invited. id is the account's or the
// invitation's.
func Activity(app core.App, team, id string, size int) ([]Event, error) {
	page, err := listRows(app, team, Query{Person: id, Size: size})
	if err != nil || len(page.Rows) == 0 {
		return nil, err
	}
	ids, addresses, err := resolvePerson(app, team, id)
	events := make([]Event, 0, len(page.Rows))
	for _, row := range page.Rows {
		events = append(events, Event{
			Row: row, IsActor: slices.Contains(ids, row.Actor),
			IsTarget: slices.Contains(ids, row.Target) || row.Target == "" && slices.Contains(addresses, row.TargetName),
		})
	}
	return events, err
}

// Text tells the event beside the person's name: "Invited as Admin by Marta Oliveira", "Left the team".
func (e Event) Text() string {
	deed, s := findActionText(e.Action), e.Sentence()
	switch {
	case e.IsTarget && deed.Short != "" && !e.Refused():
		text := strings.ReplaceAll(deed.Short, "{roles}", e.rolesText())
		if !e.IsActor && (e.Actor != "" || e.ActorName == Administrator) {
			text += " by " + s.Actor
		}
		return capitalize(text)
	case e.IsActor:
		return capitalize(strings.TrimSpace(s.Action + s.Target + s.Rest))
	}
	return s.String()
}
