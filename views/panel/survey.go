package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/views/ui"
	"usher/views/web"
)

// surveyed fills what an import of a long list would come to.
func surveyed(e *core.RequestEvent, props *AddProps, input addInput) error {
	survey, err := invitations.Look(e.App, web.Actor(e), input.offer())
	if faults, ok := web.FaultsOf(err); ok {
		props.Status, props.ListError = http.StatusUnprocessableEntity, faults["emails"]
		return nil
	}
	if err != nil {
		return err
	}
	props.Checked, props.Send = true, survey.Sends()
	props.Survey = &SurveyProps{Total: survey.Total, Lacking: lacking(survey)}
	for _, line := range []SurveyLine{
		{"ok", "circle-check", "will be invited", survey.Invited},
		{"ok", "refresh-cw", "are invited and get these roles", survey.Updated},
		{"skip", "user-check", "are in the team with this already", survey.Members},
		{"skip", "mail-check", "are invited already", survey.Asked},
		{"skip", "copy", "stand in the list twice", survey.Duplicates},
		{"bad", "circle-x", "are no addresses", survey.Malformed},
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

// lacking says which seats are missing.
func lacking(s invitations.Survey) string {
	admin, organizer := ui.Count(s.NoAdmin, "Admin seat", "Admin seats"), ui.Count(s.NoOrganize, "Organizer seat", "Organizer seats")
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
