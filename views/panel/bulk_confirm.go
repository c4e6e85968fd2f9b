package panel

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/bulk"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/views/ui"
	"usher/views/web"
)

// dialog returns the confirmation dialog with a preview of the action, or with the reason why it can't be done at all.
func (c selection) dialog(e *core.RequestEvent) (BulkDialogProps, error) {
	if c.action.Kind == "" {
		return c.revokeDialog(e)
	}
	if c.action.Kind == bulk.Tag {
		return c.tagDialog(e, nil)
	}
	preview, err := bulk.PreviewJob(e.App, web.Actor(e), c.action, c.ids)
	if faults, ok := web.FormErrorsOf(err); ok {
		return c.refusedDialog(e, faults)
	}
	if err != nil {
		return BulkDialogProps{}, err
	}
	props := c.dialogProps(e)
	props.setPreview(preview, mail.Enabled(e.App))
	if props.Handover, err = loadHandover(e, preview); err != nil {
		return props, err
	}
	props.SentInvitations, err = loadSentInvitations(e, preview)
	return props, err
}

func (c selection) dialogProps(e *core.RequestEvent) BulkDialogProps {
	return BulkDialogProps{Action: usersPath(e) + "/selected", CloseURL: queryHref(usersPath(e), c.query), ActionName: c.name, Fields: c.hiddenFields()}
}

// refusedDialog returns the dialog that says why the action can't be done, or the tag form with its field errors.
func (c selection) refusedDialog(e *core.RequestEvent, faults web.FormErrors) (BulkDialogProps, error) {
	if c.action.Kind == bulk.Tag && faults["ids"] == "" {
		return c.tagDialog(e, faults)
	}
	props := c.dialogProps(e)
	props.Title = "No users selected"
	if len(c.ids) > 0 {
		props.Title = "Too many users selected"
	}
	for _, sentence := range faults {
		props.RefusedReason = sentence
	}
	return props, nil
}

// dialogWithErrors returns the dialog with the errors of the submitted form, or with the reason why the action can't be done.
func (c selection) dialogWithErrors(e *core.RequestEvent, faults web.FormErrors) (BulkDialogProps, error) {
	if faults["handOver"] == "" {
		return c.refusedDialog(e, faults)
	}
	c.action.HandOver = members.Handover{Undecided: true}
	question, err := c.dialog(e)
	if err == nil && !question.Handover.SetError(faults) {
		return c.refusedDialog(e, faults)
	}
	return question, err
}

// revokeDialog asks what to revoke, with the number of selected users that each choice applies to.
func (c selection) revokeDialog(e *core.RequestEvent) (BulkDialogProps, error) {
	props := c.dialogProps(e)
	props.Title = "What do you want to revoke?"
	for _, choice := range []ActionChoice{
		{Action: "revoke-invitation", Label: "Pending invitations", Text: "Their links stop working immediately."},
		{Action: "revoke-organizer", Label: "Organizer role", Text: "They can no longer host sessions, but stay in the team."},
		{Action: "revoke-admin", Label: "Admin role", Text: "They lose access to the Admin Panel, but stay in the team."},
	} {
		preview, err := bulk.PreviewJob(e.App, web.Actor(e), bulkActions[choice.Action], c.ids)
		if faults, ok := web.FormErrorsOf(err); ok {
			return c.refusedDialog(e, faults)
		}
		if err != nil {
			return props, err
		}
		choice.Count = preview.Done()
		props.Choices = append(props.Choices, choice)
	}
	return props, nil
}

// tagDialog asks for the tags to add and remove.
func (c selection) tagDialog(e *core.RequestEvent, faults web.FormErrors) (BulkDialogProps, error) {
	props := c.dialogProps(e)
	if len(c.ids) == 0 || len(c.ids) > bulk.MaxJobRows {
		_, err := bulk.PreviewJob(e.App, web.Actor(e), bulk.Action{Kind: bulk.Remove}, c.ids)
		found, _ := web.FormErrorsOf(err)
		return c.refusedDialog(e, web.FormErrors{"ids": found["ids"]})
	}
	names, err := people.TagNames(e.App, web.Actor(e).Team.Id)
	props.Title, props.ConfirmLabel = "Tag "+ui.Count(len(c.ids), "user", "users"), "Save tags"
	props.Tagging = &TaggingProps{Add: strings.Join(c.action.AddTags, ", "), Remove: strings.Join(c.action.RemoveTags, ", "),
		AddError: faults["add"], RemoveError: faults["remove"], KnownTags: names}
	return props, err
}

// setPreview fills the dialog with the preview of the action. emails says whether email is set up.
func (p *BulkDialogProps) setPreview(preview bulk.Result, emails bool) {
	p.Groups, p.Danger = newOutcomeGroups(preview, false), preview.Action.Kind != bulk.Resend
	if preview.Done() == 0 {
		p.Title, p.RefusedReason = "Nothing to change", "This action doesn't apply to any of the selected users."
		return
	}
	p.Title, p.ConfirmLabel = bulkTitle(preview), bulkConfirmLabel(preview)
	p.Consequences = consequences(preview, emails)
	if len(preview.Rows) > maxImmediate {
		p.Consequences = append(p.Consequences, "This runs in the background. You can leave the page, and stop it.")
	}
}
