package invitations_test

import (
	"fmt"
	"testing"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/tools/errs"
)

// The preview agrees with the result, row by row.
func TestPreviewImport_MatchesImport(t *testing.T) {
	for _, roles := range []string{"", "organizer", "admin"} {
		t.Run(roles, func(t *testing.T) {
			f := newFixture(t)
			hookstest.Member(t, f.app, f.team, "organizer@x.example", "organizer")
			hookstest.Member(t, f.app, f.team, "plain@x.example")
			hookstest.Guest(t, f.app, f.team, "guest@x.example")
			f.invite("asked@x.example", "organizer")
			f.invite("askedplain@x.example")
			list := append([]string{"marta@halation.example", "organizer@x.example", "plain@x.example", "guest@x.example", "asked@x.example",
				"askedplain@x.example", "not an address", "Plain@X.example", "new@x.example"}, manyAddresses(40)...)
			offer := invitations.Request{Lines: invitations.ParseLines(list)}
			offer.Roles.Organizer, offer.Roles.Admin = roles == "organizer", roles == "admin"
			importPreview, err := invitations.PreviewImport(f.app, f.actor(f.owner), offer)
			f.must(err)
			if n := hookstest.Count(t, f.app, "invitations"); n != 2 {
				t.Errorf("got %d invitations after a preview, want 2", n)
			}
			i := f.runImport(f.startImport(roles, list...))
			if importPreview.Total != len(list) || importPreview.AlreadyMembers+importPreview.AlreadyInvited+importPreview.Duplicates != i.Count(invitations.Unchanged) ||
				importPreview.SendCount() != i.Count(invitations.Invited)+i.Count(invitations.Updated) ||
				importPreview.Malformed != 1 || importPreview.Duplicates != 1 || len(importPreview.Errors) != 2 {
				t.Errorf("got preview %+v, result %s: %s", importPreview, importSummary(i), f.rowCodes(i))
			}
		})
	}
}

func TestPreviewImport_WhoIsAllowed(t *testing.T) {
	f := newFixture(t)
	organizer := hookstest.Member(t, f.app, f.team, "organizer@x.example", "organizer")
	_, err := invitations.PreviewImport(f.app, f.actor(organizer), invitations.Request{Lines: invitations.ParseLines(manyAddresses(3))})
	hookstest.AssertCode(t, "an Organizer looks", err, errs.CodeNotAllowed)
	_, err = invitations.PreviewImport(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines(manyAddresses(invitations.MaxImport + 1))})
	hookstest.AssertCode(t, "10,001 rows", err, errs.CodeTooMany)
}

// A preview checks every limit that sending checks, without using it up.
func TestPreviews_ApplyLimits(t *testing.T) {
	t.Run("a new team's day", func(t *testing.T) {
		config := hookstest.Config()
		config.SignUp = "open"
		f := newFixtureWith(t, config)
		for n := range 5 {
			f.invite(fmt.Sprintf("early%d@x.example", n))
		}
		offer := invitations.Request{Lines: invitations.ParseLines(manyAddresses(300))}
		importPreview, err := invitations.PreviewImport(f.app, f.actor(f.owner), offer)
		f.must(err)
		i := f.runImport(f.startImport("", manyAddresses(300)...))
		if importPreview.SendCount() != 45 || importPreview.OverDailyLimit != 255 || importPreview.DailyLimitText == "" || i.Count(invitations.Invited) != importPreview.SendCount() || i.Count(invitations.Refused) != importPreview.OverDailyLimit {
			t.Errorf("got preview %+v sending %d, result %s", importPreview, importPreview.SendCount(), importSummary(i))
		}
		hookstest.Exec(t, f.app, "UPDATE teams SET created = '2026-01-01 00:00:00.000Z'", nil)
		f.team.Record = hookstest.FindRecord(t, f.app, "teams", f.team.Id)
		importPreview, err = invitations.PreviewImport(f.app, f.actor(f.owner), offer)
		f.must(err)
		if importPreview.SendCount() != 255 || importPreview.OverDailyLimit != 0 || importPreview.DailyLimitText != "" {
			t.Errorf("after the first week: got %+v, want 255, 0 and none", importPreview)
		}
	})
	t.Run("a new team's day, line by line", func(t *testing.T) {
		config := hookstest.Config()
		config.SignUp = "open"
		f := newFixtureWith(t, config)
		invitePreview, err := invitations.PreviewInvite(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines(manyAddresses(60))})
		f.must(err)
		if invitePreview.EmailCount != 50 || invitePreview.Lines[50].Code != errs.CodeTooMany {
			t.Errorf("got %d emails, line 51 %+v, want 50 and %v", invitePreview.EmailCount, invitePreview.Lines[50], errs.CodeTooMany)
		}
	})
	t.Run("lists in a minute", func(t *testing.T) {
		f := newFixture(t)
		offer := invitations.Request{Lines: invitations.ParseLines(manyAddresses(1))}
		for range 200 {
			_, err := invitations.PreviewInvite(f.app, f.actor(f.owner), offer)
			f.must(err)
			_, err = invitations.PreviewImport(f.app, f.actor(f.owner), offer)
			f.must(err)
		}
		for range 60 {
			_, err := invitations.Invite(f.app, f.actor(f.owner), offer)
			f.must(err)
		}
		_, err := invitations.PreviewInvite(f.app, f.actor(f.owner), offer)
		hookstest.AssertCode(t, "a preview", err, errs.CodeTooMany)
		_, err = invitations.PreviewImport(f.app, f.actor(f.owner), offer)
		hookstest.AssertCode(t, "a look", err, errs.CodeTooMany)
	})
	t.Run("waiting imports", func(t *testing.T) {
		f := newFixture(t)
		for n := range 5 {
			f.startImport("", fmt.Sprintf("a%d@x.example", n))
		}
		_, err := invitations.PreviewImport(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines(manyAddresses(1))})
		hookstest.AssertCode(t, "a look", err, errs.CodeTooMany)
	})
}

// Emails sent to an address today count equally in an import preview, in an invitation preview, and in the result.
func TestSurvey_LimitsOfAnAddress_AreThoseOfThePreview(t *testing.T) {
	f := newFixture(t)
	again := func(n int) {
		for range n {
			id := f.invite("often@x.example").ID
			_, err := invitations.Revoke(f.app, f.actor(f.owner), id)
			f.must(err)
		}
	}
	again(10)
	f.invite("loud@x.example")
	roles := func(n int) (r actors.Roles) {
		r.Organizer = n%2 == 0
		return r
	}
	for n := range 5 {
		_, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines([]string{"loud@x.example"}), Roles: roles(n)})
		f.must(err)
	}
	f.invite("fine@x.example")
	list := []string{"often@x.example", "loud@x.example", "fine@x.example", "new@x.example"}
	for _, role := range []string{"", "organizer"} {
		offer := invitations.Request{Lines: invitations.ParseLines(list)}
		offer.Roles.Organizer = role == "organizer"
		importPreview, err := invitations.PreviewImport(f.app, f.actor(f.owner), offer)
		f.must(err)
		invitePreview, err := invitations.PreviewInvite(f.app, f.actor(f.owner), offer)
		f.must(err)
		limited := 0
		for _, line := range invitePreview.Lines {
			if line.Code == errs.CodeTooMany {
				limited++
			}
		}
		if importPreview.SendCount() != invitePreview.EmailCount || importPreview.Limited != limited || len(importPreview.Errors) != limited || limited == 0 {
			t.Errorf("%q: got import preview %+v, invitation preview %d to send and %d limited", role, importPreview, invitePreview.EmailCount, limited)
		}
		for _, fault := range importPreview.Errors {
			if fault.Code != errs.CodeTooMany || fault.Message == "" {
				t.Errorf("%q: %+v, want %v and it set", role, fault, errs.CodeTooMany)
			}
		}
	}
	importPreview, err := invitations.PreviewImport(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines(list), Roles: actors.Roles{Organizer: true}})
	f.must(err)
	i := f.runImport(f.startImport("organizer", list...))
	if i.Count(invitations.Refused) != importPreview.Limited || i.Count(invitations.Invited)+i.Count(invitations.Updated) != importPreview.SendCount() {
		t.Errorf("got preview %+v, result %s: %s", importPreview, importSummary(i), f.rowCodes(i))
	}
}

func TestSurvey_RolesThatTheActorMayNotOffer_AreThoseOfThePreview(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "ada@x.example", "admin")
	hookstest.Member(t, f.app, f.team, "other@x.example", "admin")
	f.invite("asked@x.example", "admin")
	offer := invitations.Request{Lines: invitations.ParseLines([]string{"ada@x.example", "other@x.example", "asked@x.example", "new@x.example"})}
	offer.Roles.Organizer = true
	importPreview, err := invitations.PreviewImport(f.app, f.actor(admin), offer)
	f.must(err)
	invitePreview, err := invitations.PreviewInvite(f.app, f.actor(admin), offer)
	f.must(err)
	if importPreview.SendCount() != invitePreview.EmailCount || importPreview.Forbidden != 2 || importPreview.AlreadyMembers != 1 {
		t.Errorf("got import preview %+v, invitation preview %d to send: %+v", importPreview, invitePreview.EmailCount, invitePreview.Lines)
	}
}
