package panel

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/views/ui"
	"usher/views/web"
)

// question is what is asked before the deed: what bulk foresees, or why it would refuse as a whole.
func (c choice) question(e *core.RequestEvent) (QuestionProps, error) {
	if c.deed.Kind == "" {
		return c.which(e)
	}
	if c.deed.Kind == bulk.Tag {
		return c.tagging(e, nil)
	}
	foreseen, err := bulk.Preview(e.App, web.Actor(e), c.deed, c.ids)
	if faults, ok := web.FaultsOf(err); ok {
		return c.refused(e, faults)
	}
	if err != nil {
		return QuestionProps{}, err
	}
	props := c.props(e)
	props.foretell(foreseen)
	if props.Succession, err = successionOf(e, foreseen); err != nil {
		return props, err
	}
	props.Sent, err = sentBy(e, foreseen)
	return props, err
}

func (c choice) props(e *core.RequestEvent) QuestionProps {
	return QuestionProps{Action: usersPath(e) + "/selected", Close: address(usersPath(e), c.query), Deed: c.name, Fields: c.hidden()}
}

// refused is the question that cannot be asked, or the form with what was typed and what is wrong with it.
func (c choice) refused(e *core.RequestEvent, faults web.Faults) (QuestionProps, error) {
	if c.deed.Kind == bulk.Tag && faults["ids"] == "" {
		return c.tagging(e, faults)
	}
	props := c.props(e)
	props.Title = "Nobody was chosen"
	if len(c.ids) > 0 {
		props.Title = "Too many at once"
	}
	for _, sentence := range faults {
		props.Refused = sentence
	}
	return props, nil
}

// again is the question with what is wrong with the answer, or why it cannot be asked.
func (c choice) again(e *core.RequestEvent, faults web.Faults) (QuestionProps, error) {
	if faults["handOver"] == "" {
		return c.refused(e, faults)
	}
	c.deed.HandOver = sessions.Undecided
	question, err := c.question(e)
	if err == nil && !question.Succession.Refuse(faults) {
		return c.refused(e, faults)
	}
	return question, err
}

// which asks what to revoke, with how many of the chosen have it.
func (c choice) which(e *core.RequestEvent) (QuestionProps, error) {
	props := c.props(e)
	props.Title = "What do you want to revoke?"
	for _, w := range []Which{
		{Deed: "revoke-invitation", Label: "Invitations that wait", Text: "Their links die at once."},
		{Deed: "revoke-organizer", Label: "The role Organizer", Text: "They can no longer host. They stay in the team."},
		{Deed: "revoke-admin", Label: "The role Admin", Text: "The Admin Panel closes for them. They stay in the team."},
	} {
		foreseen, err := bulk.Preview(e.App, web.Actor(e), deedsForMany[w.Deed], c.ids)
		if faults, ok := web.FaultsOf(err); ok {
			return c.refused(e, faults)
		}
		if err != nil {
			return props, err
		}
		w.Of = foreseen.Done()
		props.Which = append(props.Which, w)
	}
	return props, nil
}

// tagging asks for tags.
func (c choice) tagging(e *core.RequestEvent, faults web.Faults) (QuestionProps, error) {
	props := c.props(e)
	if len(c.ids) == 0 || len(c.ids) > bulk.Max {
		_, err := bulk.Preview(e.App, web.Actor(e), bulk.Deed{Kind: bulk.Remove}, c.ids)
		found, _ := web.FaultsOf(err)
		return c.refused(e, web.Faults{"ids": found["ids"]})
	}
	names, err := members.TagNames(e.App, web.Actor(e).Team.Id)
	props.Title, props.Yes = "Tag "+ui.Count(len(c.ids), "user", "users"), "Save tags"
	props.Tagging = &TaggingProps{Add: strings.Join(c.deed.Add, ", "), Drop: strings.Join(c.deed.Drop, ", "),
		AddError: faults["add"], DropError: faults["remove"], Known: names}
	return props, err
}

// foretell fills the question with what will come of it.
func (p *QuestionProps) foretell(foreseen bulk.Receipt) {
	p.Groups, p.Danger = groups(foreseen, false), foreseen.Deed.Kind != bulk.Resend
	if foreseen.Done() == 0 {
		p.Title, p.Refused = "There is nothing to do", "None of those that you chose would be changed by this."
		return
	}
	p.Title, p.Yes = questionTitle(foreseen), questionYes(foreseen)
	p.What = consequences(foreseen)
}
