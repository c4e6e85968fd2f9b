package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/views/ui"
	"usher/views/web"
)

// fillImportPreview fills what an import of a long list would come to.
func fillImportPreview(e *core.RequestEvent, props *AddProps, input addInput) error {
	survey, err := invitations.PreviewImport(e.App, web.Actor(e), input.request())
	if faults, ok := web.FormErrorsOf(err); ok {
		props.setRefusal(e, err, faults)
		return nil
	}
	if err != nil {
		return err
	}
	props.HasPreview, props.SendCount = true, survey.SendCount()
	props.ImportPreview = &ImportPreviewProps{Total: survey.Total, MissingSeats: missingSeats(survey), DailyLimit: survey.DailyLimitText}
	for _, line := range []ImportPreviewLine{
		{"ok", "circle-check", "Will be invited", survey.SendCount() - min(survey.SendCount(), survey.Updated)},
		{"ok", "refresh-cw", "Get the new roles", min(survey.SendCount(), survey.Updated)},
		{"full", "armchair", "No free seat", survey.Invited + survey.Updated - survey.WithinSeats()},
		{"full", "clock", "Over today's limit", survey.OverDailyLimit},
		{"full", "clock", "Invited too often today", survey.Limited},
		{"skip", "user-check", "Already in the team", survey.AlreadyMembers},
		{"skip", "mail-check", "Already invited", survey.AlreadyInvited},
		{"skip", "copy", "Listed twice", survey.Duplicates},
		{"bad", "circle-x", "No address", survey.Malformed},
		{"bad", "circle-x", "Not allowed", survey.Forbidden},
	} {
		if line.Count > 0 {
			props.ImportPreview.Lines = append(props.ImportPreview.Lines, line)
		}
	}
	for _, fate := range survey.Errors {
		props.LinePreviews = append(props.LinePreviews, newLinePreview(fate))
	}
	return nil
}

// setRefusal says why the list as a whole can't be sent now.
func (p *AddProps) setRefusal(e *core.RequestEvent, err error, faults web.FormErrors) {
	web.SetRetryAfter(e, err)
	p.Status, p.ListError = web.StatusCode(err), faults["emails"]
	if p.BaseError == "" {
		p.BaseError = baseError(faults)
	}
}

// missingSeats says which seats are missing.
func missingSeats(s invitations.ImportPreview) string {
	admin, organizer := ui.Count(s.MissingAdminSeats, "more Admin seat", "more Admin seats"), ui.Count(s.MissingOrganizerSeats, "more Organizer seat", "more Organizer seats")
	switch {
	case s.MissingAdminSeats > 0 && s.MissingOrganizerSeats > 0:
		return admin + " and " + organizer
	case s.MissingAdminSeats > 0:
		return admin
	case s.MissingOrganizerSeats > 0:
		return organizer
	}
	return ""
}
