package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/views/ui"
	"usher/views/web"
)

// fillImportPreview fills in the expected outcome of an import.
func fillImportPreview(e *core.RequestEvent, props *AddProps, input addInput) error {
	preview, err := invitations.PreviewImport(e.App, web.Actor(e), input.request())
	if faults, ok := web.FormErrorsOf(err); ok {
		props.setRefusal(e, err, faults)
		return nil
	}
	if err != nil {
		return err
	}
	props.HasPreview, props.SendCount = true, preview.SendCount()
	props.ImportPreview = &ImportPreviewProps{Total: preview.Total, MissingSeats: missingSeats(preview), DailyLimit: preview.DailyLimitText}
	for _, line := range []ImportPreviewLine{
		{"ok", "circle-check", "Will be invited", preview.SendCount() - min(preview.SendCount(), preview.Updated)},
		{"ok", "refresh-cw", "Will get new roles", min(preview.SendCount(), preview.Updated)},
		{"full", "armchair", "No free seat", preview.Invited + preview.Updated - preview.WithinSeats()},
		{"full", "clock", "Over today's limit", preview.OverDailyLimit},
		{"full", "clock", "Invited too often today", preview.Limited},
		{"skip", "user-check", "Already a member", preview.AlreadyMembers},
		{"skip", "mail-check", "Already invited", preview.AlreadyInvited},
		{"skip", "copy", "Listed twice", preview.Duplicates},
		{"bad", "circle-x", "Invalid address", preview.Malformed},
		{"bad", "circle-x", "Invalid roles or tags", preview.Unusable},
		{"bad", "circle-x", "Not allowed", preview.Forbidden},
	} {
		if line.Count > 0 {
			props.ImportPreview.Lines = append(props.ImportPreview.Lines, line)
		}
	}
	for _, line := range preview.Errors {
		props.LinePreviews = append(props.LinePreviews, newLinePreview(line))
	}
	return nil
}

// setRefusal shows why the whole list can't be sent now.
func (p *AddProps) setRefusal(e *core.RequestEvent, err error, faults web.FormErrors) {
	web.SetRetryAfter(e, err)
	p.Status, p.ListError = web.StatusCode(err), faults["emails"]
	if p.BaseError == "" {
		p.BaseError = baseError(faults)
	}
}

// missingSeats says which seats the list lacks; empty if there are enough.
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
