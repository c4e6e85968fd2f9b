package audit

import (
	"slices"
	"strings"
	"usher/hooks/tools/text"

	"github.com/pocketbase/pocketbase/core"
)

// Event is an entry about one person, who is its actor, its target or both.
type Event struct {
	Row
	IsActor  bool
	IsTarget bool
}

// Activity returns the newest events of a person in a team. id is that of the account or of one of its invitations.
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

// Text describes the event next to the person's name: "Invited as Admin by Marta Oliveira", "Left the team".
func (e Event) Text() string {
	short, s := e.actionText().Short, e.Sentence()
	switch {
	case e.IsTarget && short != "" && !e.Refused():
		phrase := e.fillRoles(short)
		if !e.IsActor && (e.Actor != "" || e.ActorName == Administrator) {
			phrase += " by " + s.Actor
		}
		return text.Capitalize(phrase)
	case e.IsActor:
		return text.Capitalize(strings.TrimSpace(s.Action + s.Target + s.Rest))
	}
	return s.String()
}
