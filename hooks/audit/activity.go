package audit

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
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

// Part is a piece of a text: what someone or something is called, with its ID, or words without one.
type Part struct{ Text, ID string }

// Parts describes the event next to the person's name: "Invited as Admin by Marta Oliveira", "Left the team".
func (e Event) Parts() []Part {
	short, s := e.actionText().Short, e.Sentence()
	actor, target := Part{s.Actor, e.Actor}, Part{s.Target, e.Target}
	switch {
	case e.IsTarget && short != "" && !e.Refused():
		phrase := text.Capitalize(e.fillRoles(short))
		if !e.IsActor && (e.Actor != "" || e.ActorName == Administrator) {
			return []Part{{Text: phrase + " by "}, actor}
		}
		return []Part{{Text: phrase}}
	case e.IsActor:
		return []Part{{Text: text.Capitalize(strings.TrimLeft(s.Action, " "))}, target, {Text: s.Rest}}
	}
	return []Part{actor, {Text: s.Action}, target, {Text: s.Rest}}
}

// Text joins the Parts.
func (e Event) Text() string {
	all := ""
	for _, part := range e.Parts() {
		all += part.Text
	}
	return strings.TrimSpace(all)
}
