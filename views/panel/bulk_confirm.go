package panel

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/people"
	"usher/hooks/sessions"
	"usher/views/ui"
	"usher/views/web"
)

// dialog is what is asked before the deed: what bulk foresees, or why it would refuse as a whole.
func (c selection) dialog(e *core.RequestEvent) (BulkDialogProps, error) {
	if c.action.Kind == "" {
		return c.revokeDialog(e)
	}
	if c.action.Kind == bulk.Tag {
		return c.tagDialog(e, nil)
	}
	foreseen, err := bulk.Preview(e.App, web.Actor(e), c.action, c.ids)
	if faults, ok := web.FormErrorsOf(err); ok {
		return c.refusedDialog(e, faults)
	}
	if err != nil {
		return BulkDialogProps{}, err
	}
	props := c.dialogProps(e)
	props.setPreview(foreseen)
	if props.Handover, err = loadHandover(e, foreseen); err != nil {
		return props, err
	}
	props.SentInvitations, err = loadSentInvitations(e, foreseen)
	return props, err
}

func (c selection) dialogProps(e *core.RequestEvent) BulkDialogProps {
	return BulkDialogProps{Action: usersPath(e) + "/selected", CloseURL: queryHref(usersPath(e), c.query), ActionName: c.name, Fields: c.hiddenFields()}
}

// refusedDialog is the question that cannot be asked, or the form with what was typed and what is wrong with it.
func (c selection) refusedDialog(e *core.RequestEvent, faults web.FormErrors) (BulkDialogProps, error) {
	if c.action.Kind == bulk.Tag && faults["ids"] == "" {
		return c.tagDialog(e, faults)
	}
	props := c.dialogProps(e)
	props.Title = "Nobody was chosen"
	if len(c.ids) > 0 {
		props.Title = "Too many at once"
	}
	for _, sentence := range faults {
		props.RefusedReason = sentence
	}
	return props, nil
}

// dialogWithErrors is the question with what is wrong with the answer, or why it cannot be asked.
func (c selection) dialogWithErrors(e *core.RequestEvent, faults web.FormErrors) (BulkDialogProps, error) {
	if faults["handOver"] == "" {
		return c.refusedDialog(e, faults)
	}
	c.action.HandOver = sessions.Undecided
	question, err := c.dialog(e)
	if err == nil && !question.Handover.SetError(faults) {
		return c.refusedDialog(e, faults)
	}
	return question, err
}

// revokeDialog asks what to revoke, with how many of the chosen have it.
func (c selection) revokeDialog(e *core.RequestEvent) (BulkDialogProps, error) {
	props := c.dialogProps(e)
	props.Title = "What do you want to revoke?"
	for _, w := range []ActionChoice{
		{Action: "revoke-invitation", Label: "Invitations that wait", Text: "Their links die at once."},
		{Action: "revoke-organizer", Label: "The role Organizer", Text: "They can no longer host. They stay in the team."},
		{Action: "revoke-admin", Label: "The role Admin", Text: "The Admin Panel closes for them. They stay in the team."},
	} {
		foreseen, err := bulk.Preview(e.App, web.Actor(e), bulkActions[w.Action], c.ids)
		if faults, ok := web.FormErrorsOf(err); ok {
			return c.refusedDialog(e, faults)
		}
		if err != nil {
			return props, err
		}
		w.Count = foreseen.Done()
		props.Choices = append(props.Choices, w)
	}
	return props, nil
}

// tagDialog asks for tags.
func (c selection) tagDialog(e *core.RequestEvent, faults web.FormErrors) (BulkDialogProps, error) {
	props := c.dialogProps(e)
	if len(c.ids) == 0 || len(c.ids) > bulk.MaxRows {
		_, err := bulk.Preview(e.App, web.Actor(e), bulk.Action{Kind: bulk.Remove}, c.ids)
		found, _ := web.FormErrorsOf(err)
		return c.refusedDialog(e, web.FormErrors{"ids": found["ids"]})
	}
	names, err := people.TagNames(e.App, web.Actor(e).Team.Id)
	props.Title, props.ConfirmLabel = "Tag "+ui.Count(len(c.ids), "user", "users"), "Save tags"
	props.Tagging = &TaggingProps{Add: strings.Join(c.action.AddTags, ", "), Remove: strings.Join(c.action.RemoveTags, ", "),
		AddError: faults["add"], RemoveError: faults["remove"], KnownTags: names}
	return props, err
}

// setPreview fills the question with what will come of it.
func (p *BulkDialogProps) setPreview(foreseen bulk.Result) {
	p.Groups, p.Danger = newOutcomeGroups(foreseen, false), foreseen.Action.Kind != bulk.Resend
	if foreseen.Done() == 0 {
		p.Title, p.RefusedReason = "There is nothing to do", "None of those that you chose would be changed by this."
		return
	}
	p.Title, p.ConfirmLabel = bulkTitle(foreseen), bulkConfirmLabel(foreseen)
	p.Consequences = consequences(foreseen)
}
