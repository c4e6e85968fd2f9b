package invitations_test

import (
	"fmt"
	"testing"

	"usher/hooks/actors"
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

// A preview asks for every limit that sending asks for, and uses none of it up.
func TestPreviews_KnowTheLimits(t *testing.T) {
	t.Run("a new team's day", func(t *testing.T) {
		config := hookstest.Config()
		config.SignUp = "open"
		w := beginWith(t, config)
		for n := range 5 {
			w.invite(fmt.Sprintf("early%d@x.example", n))
		}
		offer := invitations.Offer{Lines: invitations.Addresses(many(300))}
		survey, err := invitations.Look(w.app, w.actor(w.owner), offer)
		w.must(err)
		i := w.finish(w.importing("", many(300)...))
		if survey.Sends() != 45 || survey.TooMany != 255 || survey.Daily == "" || i.Count(invitations.Invited) != survey.Sends() || i.Count(invitations.Refused) != survey.TooMany {
			t.Errorf("%+v sends %d, it came to %s", survey, survey.Sends(), came(i))
		}
		hookstest.Exec(t, w.app, "UPDATE teams SET created = '2026-01-01 00:00:00.000Z'", nil)
		w.team.Record = hookstest.Stored(t, w.app, "teams", w.team.Id)
		survey, err = invitations.Look(w.app, w.actor(w.owner), offer)
		w.must(err)
		if survey.Sends() != 255 || survey.TooMany != 0 || survey.Daily != "" {
			t.Errorf("after the first week: %+v", survey)
		}
	})
	t.Run("a new team's day, line by line", func(t *testing.T) {
		config := hookstest.Config()
		config.SignUp = "open"
		w := beginWith(t, config)
		forecast, err := invitations.Preview(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses(many(60))})
		w.must(err)
		if forecast.Send != 50 || forecast.Fates[50].Code != record.CodeTooMany {
			t.Errorf("%d, %+v", forecast.Send, forecast.Fates[50])
		}
	})
	t.Run("lists in a minute", func(t *testing.T) {
		w := begin(t)
		offer := invitations.Offer{Lines: invitations.Addresses(many(1))}
		for range 200 {
			_, err := invitations.Preview(w.app, w.actor(w.owner), offer)
			w.must(err)
			_, err = invitations.Look(w.app, w.actor(w.owner), offer)
			w.must(err)
		}
		for range 60 {
			_, err := invitations.Invite(w.app, w.actor(w.owner), offer)
			w.must(err)
		}
		_, err := invitations.Preview(w.app, w.actor(w.owner), offer)
		hookstest.Refused(t, "a preview", err, record.CodeTooMany)
		_, err = invitations.Look(w.app, w.actor(w.owner), offer)
		hookstest.Refused(t, "a look", err, record.CodeTooMany)
	})
	t.Run("imports that wait", func(t *testing.T) {
		w := begin(t)
		for n := range 5 {
			w.importing("", fmt.Sprintf("a%d@x.example", n))
		}
		_, err := invitations.Look(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses(many(1))})
		hookstest.Refused(t, "a look", err, record.CodeTooMany)
	})
}

// What an address was sent today counts in the survey of a long list as in the preview of a short one, and in what comes.
func TestSurvey_LimitsOfAnAddress_AreThoseOfThePreview(t *testing.T) {
	w := begin(t)
	again := func(n int) {
		for range n {
			id := w.invite("often@x.example").ID
			_, err := invitations.Revoke(w.app, w.actor(w.owner), id)
			w.must(err)
		}
	}
	again(10)
	w.invite("loud@x.example")
	roles := func(n int) (r actors.Roles) {
		r.Organizer = n%2 == 0
		return r
	}
	for n := range 5 {
		_, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses([]string{"loud@x.example"}), Roles: roles(n)})
		w.must(err)
	}
	w.invite("fine@x.example")
	list := []string{"often@x.example", "loud@x.example", "fine@x.example", "new@x.example"}
	for _, role := range []string{"", "organizer"} {
		offer := invitations.Offer{Lines: invitations.Addresses(list)}
		offer.Roles.Organizer = role == "organizer"
		survey, err := invitations.Look(w.app, w.actor(w.owner), offer)
		w.must(err)
		forecast, err := invitations.Preview(w.app, w.actor(w.owner), offer)
		w.must(err)
		limited := 0
		for _, fate := range forecast.Fates {
			if fate.Code == record.CodeTooMany {
				limited++
			}
		}
		if survey.Sends() != forecast.Send || survey.Limited != limited || len(survey.Faults) != limited || limited == 0 {
			t.Errorf("%q: the survey has %+v, the preview %d to send and %d beyond a limit", role, survey, forecast.Send, limited)
		}
		for _, fault := range survey.Faults {
			if fault.Code != record.CodeTooMany || fault.Message == "" {
				t.Errorf("%q: %+v", role, fault)
			}
		}
	}
	survey, err := invitations.Look(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses(list), Roles: actors.Roles{Organizer: true}})
	w.must(err)
	i := w.finish(w.importing("organizer", list...))
	if i.Count(invitations.Refused) != survey.Limited || i.Count(invitations.Invited)+i.Count(invitations.Updated) != survey.Sends() {
		t.Errorf("foretold %+v, it came to %s: %s", survey, came(i), w.codes(i))
	}
}

func TestSurvey_RolesThatTheActorMayNotOffer_AreThoseOfThePreview(t *testing.T) {
	w := begin(t)
	admin := hookstest.Member(t, w.app, w.team, "ada@x.example", "admin")
	hookstest.Member(t, w.app, w.team, "other@x.example", "admin")
	w.invite("asked@x.example", "admin")
	offer := invitations.Offer{Lines: invitations.Addresses([]string{"ada@x.example", "other@x.example", "asked@x.example", "new@x.example"})}
	offer.Roles.Organizer = true
	survey, err := invitations.Look(w.app, w.actor(admin), offer)
	w.must(err)
	forecast, err := invitations.Preview(w.app, w.actor(admin), offer)
	w.must(err)
	if survey.Sends() != forecast.Send || survey.Forbidden != 2 || survey.Members != 1 {
		t.Errorf("%+v, the preview sends %d: %+v", survey, forecast.Send, forecast.Fates)
	}
}
