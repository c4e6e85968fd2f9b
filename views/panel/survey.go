package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/views/ui"
	"usher/views/web"
)

// surveyed fills what an import of a long list would come to.
func surveyed(e *core.RequestEvent, props *AddProps, input addInput) error {
	survey, err := invitations.Look(e.App, web.Actor(e), input.offer())
	if faults, ok := web.FaultsOf(err); ok {
		props.refused(e, err, faults)
		return nil
	}
	if err != nil {
		return err
	}
	props.Checked, props.Send = true, survey.Sends()
	props.Survey = &SurveyProps{Total: survey.Total, Lacking: lacking(survey), Daily: survey.Daily}
	for _, line := range []SurveyLine{
		{"ok", "circle-check", "Will be invited", survey.Sends() - min(survey.Sends(), survey.Updated)},
		{"ok", "refresh-cw", "Get the new roles", min(survey.Sends(), survey.Updated)},
		{"full", "armchair", "No free seat", survey.Invited + survey.Updated - survey.Seated()},
		{"full", "clock", "Over today's limit", survey.TooMany},
		{"full", "clock", "Invited too often today", survey.Limited},
		{"skip", "user-check", "Already in the team", survey.Members},
		{"skip", "mail-check", "Already invited", survey.Asked},
		{"skip", "copy", "Listed twice", survey.Duplicates},
		{"bad", "circle-x", "No address", survey.Malformed},
		{"bad", "circle-x", "Not allowed", survey.Forbidden},
	} {
		if line.Count > 0 {
			props.Survey.Lines = append(props.Survey.Lines, line)
		}
	}
	for _, fate := range survey.Faults {
		props.Fates = append(props.Fates, fateOf(fate))
	}
	return nil
}

// refused says why the list as a whole can't be sent now.
func (p *AddProps) refused(e *core.RequestEvent, err error, faults web.Faults) {
	web.SetWait(e, err)
	p.Status, p.ListError = web.Status(err), faults["emails"]
	if p.BaseError == "" {
		p.BaseError = base(faults)
	}
}

// lacking says which seats are missing.
func lacking(s invitations.Survey) string {
	admin, organizer := ui.Count(s.NoAdmin, "more Admin seat", "more Admin seats"), ui.Count(s.NoOrganize, "more Organizer seat", "more Organizer seats")
	switch {
	case s.NoAdmin > 0 && s.NoOrganize > 0:
		return admin + " and " + organizer
	case s.NoAdmin > 0:
		return admin
	case s.NoOrganize > 0:
		return organizer
	}
	return ""
}
