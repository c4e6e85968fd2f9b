package invitations_test

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/record"
)

// What is foretold is what comes, row by row.
func TestASurveyForetellsWhatTheImportComesTo(t *testing.T) {
	for _, roles := range []string{"", "organizer", "admin"} {
		t.Run(roles, func(t *testing.T) {
			w := begin(t)
			hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer")
			hookstest.Member(t, w.app, w.team, "plain@x.example")
			hookstest.Guest(t, w.app, w.team, "guest@x.example")
			w.invite("asked@x.example", "organizer")
			w.invite("askedplain@x.example")
			list := append([]string{"marta@halation.example", "organizer@x.example", "plain@x.example", "guest@x.example", "asked@x.example",
				"askedplain@x.example", "not an address", "Plain@X.example", "new@x.example"}, many(40)...)
			offer := invitations.Offer{Lines: invitations.Addresses(list)}
			offer.Roles.Organizer, offer.Roles.Admin = roles == "organizer", roles == "admin"
			survey, err := invitations.Look(w.app, w.actor(w.owner), offer)
			w.must(err)
			if n := hookstest.Count(t, w.app, "invitations"); n != 2 {
				t.Errorf("%d invitations after a look", n)
			}
			i := w.finish(w.importing(roles, list...))
			if survey.Total != len(list) || survey.Members+survey.Asked+survey.Duplicates != i.Count(invitations.Unchanged) ||
				survey.Sends() != i.Count(invitations.Invited)+i.Count(invitations.Updated) ||
				survey.Malformed != 1 || survey.Duplicates != 1 || len(survey.Faults) != 2 {
				t.Errorf("foretold %+v, it came to %s: %s", survey, came(i), w.codes(i))
			}
		})
	}
}

func TestALookIsForWhoMayImport(t *testing.T) {
	w := begin(t)
	organizer := hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer")
	_, err := invitations.Look(w.app, w.actor(organizer), invitations.Offer{Lines: invitations.Addresses(many(3))})
	hookstest.Refused(t, "an Organizer looks", err, record.CodeNotAllowed)
	_, err = invitations.Look(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses(many(invitations.MaxImport + 1))})
	hookstest.Refused(t, "10,001 rows", err, record.CodeTooMany)
}
