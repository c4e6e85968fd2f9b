package invitations_test

import (
	"fmt"
	"testing"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/tools/errs"
)

// What is foretold is what comes, row by row.
func TestPreviewImport_MatchesImport(t *testing.T) {
	for _, roles := range []string{"", "organizer", "admin"} {
		t.Run(roles, func(t *testing.T) {
			w := newFixture(t)
			hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer")
			hookstest.Member(t, w.app, w.team, "plain@x.example")
			hookstest.Guest(t, w.app, w.team, "guest@x.example")
			w.invite("asked@x.example", "organizer")
			w.invite("askedplain@x.example")
			list := append([]string{"marta@halation.example", "organizer@x.example", "plain@x.example", "guest@x.example", "asked@x.example",
				"askedplain@x.example", "not an address", "Plain@X.example", "new@x.example"}, manyAddresses(40)...)
			offer := invitations.Request{Lines: invitations.ParseLines(list)}
			offer.Roles.Organizer, offer.Roles.Admin = roles == "organizer", roles == "admin"
			survey, err := invitations.PreviewImport(w.app, w.actor(w.owner), offer)
			w.must(err)
			if n := hookstest.Count(t, w.app, "invitations"); n != 2 {
				t.Errorf("%d invitations after a look", n)
			}
			i := w.runImport(w.startImport(roles, list...))
			if survey.Total != len(list) || survey.AlreadyMembers+survey.AlreadyInvited+survey.Duplicates != i.Count(invitations.Unchanged) ||
				survey.SendCount() != i.Count(invitations.Invited)+i.Count(invitations.Updated) ||
				survey.Malformed != 1 || survey.Duplicates != 1 || len(survey.Errors) != 2 {
				t.Errorf("foretold %+v, it came to %s: %s", survey, importSummary(i), w.rowCodes(i))
			}
		})
	}
}

func TestPreviewImport_WhoIsAllowed(t *testing.T) {
	w := newFixture(t)
	organizer := hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer")
	_, err := invitations.PreviewImport(w.app, w.actor(organizer), invitations.Request{Lines: invitations.ParseLines(manyAddresses(3))})
	hookstest.AssertCode(t, "an Organizer looks", err, errs.CodeNotAllowed)
	_, err = invitations.PreviewImport(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines(manyAddresses(invitations.MaxImport + 1))})
	hookstest.AssertCode(t, "10,001 rows", err, errs.CodeTooMany)
}

// A preview asks for every limit that sending asks for, and uses none of it up.
func TestPreviews_ApplyLimits(t *testing.T) {
	t.Run("a new team's day", func(t *testing.T) {
		config := hookstest.Config()
		config.SignUp = "open"
		w := newFixtureWith(t, config)
		for n := range 5 {
			w.invite(fmt.Sprintf("early%d@x.example", n))
		}
		offer := invitations.Request{Lines: invitations.ParseLines(manyAddresses(300))}
		survey, err := invitations.PreviewImport(w.app, w.actor(w.owner), offer)
		w.must(err)
		i := w.runImport(w.startImport("", manyAddresses(300)...))
		if survey.SendCount() != 45 || survey.OverDailyLimit != 255 || survey.DailyLimitText == "" || i.Count(invitations.Invited) != survey.SendCount() || i.Count(invitations.Refused) != survey.OverDailyLimit {
			t.Errorf("%+v sends %d, it came to %s", survey, survey.SendCount(), importSummary(i))
		}
		hookstest.Exec(t, w.app, "UPDATE teams SET created = '2026-01-01 00:00:00.000Z'", nil)
		w.team.Record = hookstest.FindRecord(t, w.app, "teams", w.team.Id)
		survey, err = invitations.PreviewImport(w.app, w.actor(w.owner), offer)
		w.must(err)
		if survey.SendCount() != 255 || survey.OverDailyLimit != 0 || survey.DailyLimitText != "" {
			t.Errorf("after the first week: %+v", survey)
		}
	})
	t.Run("a new team's day, line by line", func(t *testing.T) {
		config := hookstest.Config()
		config.SignUp = "open"
		w := newFixtureWith(t, config)
		forecast, err := invitations.PreviewInvite(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines(manyAddresses(60))})
		w.must(err)
		if forecast.EmailCount != 50 || forecast.Lines[50].Code != errs.CodeTooMany {
			t.Errorf("%d, %+v", forecast.EmailCount, forecast.Lines[50])
		}
	})
	t.Run("lists in a minute", func(t *testing.T) {
		w := newFixture(t)
		offer := invitations.Request{Lines: invitations.ParseLines(manyAddresses(1))}
		for range 200 {
			_, err := invitations.PreviewInvite(w.app, w.actor(w.owner), offer)
			w.must(err)
			_, err = invitations.PreviewImport(w.app, w.actor(w.owner), offer)
			w.must(err)
		}
		for range 60 {
			_, err := invitations.Invite(w.app, w.actor(w.owner), offer)
			w.must(err)
		}
		_, err := invitations.PreviewInvite(w.app, w.actor(w.owner), offer)
		hookstest.AssertCode(t, "a preview", err, errs.CodeTooMany)
		_, err = invitations.PreviewImport(w.app, w.actor(w.owner), offer)
		hookstest.AssertCode(t, "a look", err, errs.CodeTooMany)
	})
	t.Run("imports that wait", func(t *testing.T) {
		w := newFixture(t)
		for n := range 5 {
			w.startImport("", fmt.Sprintf("a%d@x.example", n))
		}
		_, err := invitations.PreviewImport(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines(manyAddresses(1))})
		hookstest.AssertCode(t, "a look", err, errs.CodeTooMany)
	})
}

// What an address was sent today counts in the survey of a long list as in the preview of a short one, and in what comes.
func TestSurvey_LimitsOfAnAddress_AreThoseOfThePreview(t *testing.T) {
	w := newFixture(t)
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
		_, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines([]string{"loud@x.example"}), Roles: roles(n)})
		w.must(err)
	}
	w.invite("fine@x.example")
	list := []string{"often@x.example", "loud@x.example", "fine@x.example", "new@x.example"}
	for _, role := range []string{"", "organizer"} {
		offer := invitations.Request{Lines: invitations.ParseLines(list)}
		offer.Roles.Organizer = role == "organizer"
		survey, err := invitations.PreviewImport(w.app, w.actor(w.owner), offer)
		w.must(err)
		forecast, err := invitations.PreviewInvite(w.app, w.actor(w.owner), offer)
		w.must(err)
		limited := 0
		for _, fate := range forecast.Lines {
			if fate.Code == errs.CodeTooMany {
				limited++
			}
		}
		if survey.SendCount() != forecast.EmailCount || survey.Limited != limited || len(survey.Errors) != limited || limited == 0 {
			t.Errorf("%q: the survey has %+v, the preview %d to send and %d beyond a limit", role, survey, forecast.EmailCount, limited)
		}
		for _, fault := range survey.Errors {
			if fault.Code != errs.CodeTooMany || fault.Message == "" {
				t.Errorf("%q: %+v", role, fault)
			}
		}
	}
	survey, err := invitations.PreviewImport(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines(list), Roles: actors.Roles{Organizer: true}})
	w.must(err)
	i := w.runImport(w.startImport("organizer", list...))
	if i.Count(invitations.Refused) != survey.Limited || i.Count(invitations.Invited)+i.Count(invitations.Updated) != survey.SendCount() {
		t.Errorf("foretold %+v, it came to %s: %s", survey, importSummary(i), w.rowCodes(i))
	}
}

func TestSurvey_RolesThatTheActorMayNotOffer_AreThoseOfThePreview(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "ada@x.example", "admin")
	hookstest.Member(t, w.app, w.team, "other@x.example", "admin")
	w.invite("asked@x.example", "admin")
	offer := invitations.Request{Lines: invitations.ParseLines([]string{"ada@x.example", "other@x.example", "asked@x.example", "new@x.example"})}
	offer.Roles.Organizer = true
	survey, err := invitations.PreviewImport(w.app, w.actor(admin), offer)
	w.must(err)
	forecast, err := invitations.PreviewInvite(w.app, w.actor(admin), offer)
	w.must(err)
	if survey.SendCount() != forecast.EmailCount || survey.Forbidden != 2 || survey.AlreadyMembers != 1 {
		t.Errorf("%+v, the preview sends %d: %+v", survey, forecast.EmailCount, forecast.Lines)
	}
}
