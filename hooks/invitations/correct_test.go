package invitations_test

import (
	"testing"

	"usher/hooks/addresslist"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

const correctEmail = "lucia@halation.film"

// correct corrects an address as the Owner.
func (f *fixture) correct(id, address string) (invitations.Result, error) {
	f.Helper()
	return invitations.CorrectAddress(f.app, f.actor(f.owner), id, address)
}

// inviteNamed invites Lucia with a name and a note.
func (f *fixture) inviteNamed(roles ...string) string {
	f.Helper()
	results, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Note: "See you in Porto.",
		Lines: []invitations.Line{addresslist.NewEntry("Lucía Herrera", luciaEmail)}, Roles: mustRoles(f.T, roles...)})
	f.must(err)
	return results[0].ID
}

func TestCorrectAddress_KeepsRolesNameAndNote(t *testing.T) {
	for _, end := range []string{"bounced", "failed", "expired"} {
		f := newFixtureWith(t, configWithEmail())
		old := f.inviteNamed("admin", "organizer")
		switch end {
		case "bounced":
			f.must(f.report(f.markSent(old).Bounced(noSuchUser)))
		case "failed":
			f.must(f.report(f.markSent(old).Failed("reached_daily_quota")))
		case "expired":
			f.makeOverdue(old)
		}
		result, err := f.correct(old, " Lucia@Halation.FILM ")
		if err != nil || result.Status != invitations.Invited || result.Link != "" || result.ID == old {
			t.Fatal(end, result, err)
		}
		r := f.stored(result.ID)
		if r.GetString("email") != correctEmail || !r.GetBool("admin") || !r.GetBool("organizer") || r.GetString("name") != "Lucía Herrera" ||
			r.GetString("note") != "See you in Porto." || r.GetString("status") != invitations.Pending {
			t.Errorf("%s: %v", end, r.PublicExport())
		}
		if message, err := mail.FindNewest(f.app, result.ID); err != nil || message.Recipient() != correctEmail {
			t.Error(end, message, err)
		}
		was := f.stored(old)
		if status := was.GetString("status"); end == "expired" && status == invitations.Revoked || end != "expired" && status != invitations.Revoked {
			t.Errorf("%s: got old invitation %s", end, status)
		}
		if end == "failed" && was.GetString("reason") != "The address was corrected: "+correctEmail {
			t.Errorf("got reason %q", was.GetString("reason"))
		}
		f.must(audit.Verify(f.app, f.team.Id))
	}
}

// The corrected invitation gets the seat reserved by the wrong one.
func TestCorrectAddress_ReusesReservedSeat(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	f.team.Set("organizer_seats", 2) // the Owner's and one more
	f.must(f.app.Save(f.team))
	old := f.inviteNamed("organizer")
	f.expectRefused("seats_full", "other@halation.example", "organizer")
	result, err := f.correct(old, correctEmail)
	if err != nil || f.stored(old).GetString("status") != invitations.Revoked || f.stored(result.ID).GetString("status") != invitations.Pending {
		t.Fatal(result, err)
	}
	if now := f.seats().Organizer; now.Reserved != 1 {
		t.Errorf("%+v, want 1", now)
	}

	// The seat of an ended invitation is free for anyone, and may be taken.
	f.must(f.report(f.markSent(result.ID).Bounced(noSuchUser)))
	f.invite("other@halation.example", "organizer")
	_, err = f.correct(result.ID, "lu@halation.film")
	hookstest.AssertCode(t, "a correction without a seat", err, "seats_full")
}

func TestCorrectAddress_Refused_LeavesInvitationPending(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	old := f.inviteNamed("organizer")
	hookstest.Member(t, f.app, f.team, "in@halation.example", "organizer")
	f.invite("asked@halation.example", "organizer")
	messages := hookstest.Count(t, f.app, "outbox")
	for address, code := range map[string]string{
		"":                       "bad_email",
		"lucia":                  "bad_email",
		"LUCIA@halation.example": invitations.CodeSameAddress,
		"in@halation.example":    invitations.CodeAlreadyMember,
		"asked@halation.example": invitations.CodeAlreadyInvited,
	} {
		_, err := f.correct(old, address)
		if field, got, _, _ := errs.Details(err); got != code || field != "email" {
			t.Errorf("%q: %v (%s of %s), want %v and %q", address, err, got, field, code, "email")
		}
	}
	if f.stored(old).GetString("status") != invitations.Pending || hookstest.Count(t, f.app, "outbox") != messages || f.seats().Organizer.Reserved != 2 {
		t.Error("a refused correction changed data")
	}
	if row, err := f.app.FindFirstRecordByFilter("audit", "action = 'invitation.create' && result = 'already_member'"); err != nil || row == nil {
		t.Error("a refusal was not audited", err)
	}
}

func TestCorrectAddress_Answered_IsRefused(t *testing.T) {
	for state, code := range map[string]string{
		invitations.Accepted: invitations.CodeAccepted, invitations.Declined: invitations.CodeDeclined, invitations.Revoked: "", invitations.Expired: "",
	} {
		f := newFixtureWith(t, configWithEmail())
		_, err := f.correct(f.inviteInState(state).ID, correctEmail)
		hookstest.AssertCode(t, state, err, code)
		if field, _, _, _ := errs.Details(err); field == "email" {
			t.Errorf("%s: the address is still marked undeliverable, want anything but %q", state, "email")
		}
	}
	f := newFixtureWith(t, configWithEmail())
	member := hookstest.Member(t, f.app, f.team, "noor@halation.example")
	offered := f.invite(member.Email(), "organizer").ID
	_, err := f.correct(offered, correctEmail)
	hookstest.AssertCode(t, "a member's", err, invitations.CodeAlreadyMember)
}

func TestCorrectAddress_WhoIsAllowed(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	admin := hookstest.Member(t, f.app, f.team, "jonas@halation.example", "admin")
	organizer := hookstest.Member(t, f.app, f.team, "theo@halation.example", "organizer")
	other := hookstest.Account(t, f.app, "otto@other.example")
	theirs := hookstest.Team(t, f.app, other, "Other", "pro")

	plain, admins := f.inviteNamed(), f.invite("ada@halation.example", "admin").ID
	_, err := invitations.CorrectAddress(f.app, f.actor(organizer), plain, correctEmail)
	hookstest.AssertCode(t, "an Organizer", err, errs.CodeNotAllowed)
	_, err = invitations.CorrectAddress(f.app, f.actor(admin), admins, correctEmail)
	hookstest.AssertCode(t, "an Admin of an Admin's", err, errs.CodeNotAllowed)
	if _, err = invitations.CorrectAddress(f.app, hookstest.Actor(t, f.app, other, theirs), plain, correctEmail); err != errs.ErrNotFound {
		t.Error("another team's", err)
	}
	if f.stored(plain).GetString("status") != invitations.Pending || f.stored(admins).GetString("status") != invitations.Pending {
		t.Error("data was changed")
	}
	_, err = invitations.CorrectAddress(f.app, f.actor(admin), plain, correctEmail)
	hookstest.AssertCode(t, "an Admin", err, "")

	lost := f.actor(admin) // loses the right during the request
	_, err = members.RevokeRoles(f.app, f.actor(f.owner), admin.Id, mustRoles(t, "admin"), members.Handover{})
	f.must(err)
	again := f.invite("late@halation.example").ID
	_, err = invitations.CorrectAddress(f.app, lost, again, "later@halation.example")
	hookstest.AssertCode(t, "an Admin no more", err, errs.CodeNotAllowed)
}

func TestCorrectAddress_OverDailyLimit_IsRefused(t *testing.T) {
	config := configWithEmail()
	config.SignUp = "open"
	f := newFixtureWith(t, config)
	old := f.inviteNamed()
	for range 49 {
		hookstest.Exec(t, f.app, "INSERT INTO outbox (id, kind, recipient, team, status, due, created) SELECT lower(hex(randomblob(7))) || 'x', 'test', 'x', team, 'sent', due, created FROM outbox LIMIT 1", nil)
	}
	_, err := f.correct(old, correctEmail)
	hookstest.AssertCode(t, "over the daily limit", err, errs.CodeTooMany)
	if f.stored(old).GetString("status") != invitations.Pending {
		t.Error("the old invitation ended without a replacement")
	}
}

// Concurrent corrections leave one invitation per correct address, and none for the wrong one.
func TestCorrectAddress_ConcurrentWithCorrectionAndBounce_OneWins(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	f.team.Set("organizer_seats", 2)
	f.must(f.app.Save(f.team))
	hookstest.SlowWrites(f.app, "invitations", "outbox", "mail_reports")
	old := f.inviteNamed("organizer")
	actor, e := f.actor(f.owner), f.markSent(old).Bounced(noSuchUser)
	results := hookstest.Race(3, func(i int) error {
		if i == 2 {
			return f.report(e)
		}
		_, err := invitations.CorrectAddress(f.app, actor, old, []string{correctEmail, "lu@halation.film"}[i])
		return err
	})
	if won := hookstest.CountSucceeded(t, results, "seats_full", invitations.CodeRevoked); won != 2 || results[2] != nil {
		t.Errorf("got %d successes: %v, want 2 and nil", won, results)
	}
	if reserved := f.seats().Organizer.Reserved; reserved != 1 || f.stored(old).GetString("status") != invitations.Revoked {
		t.Errorf("got %d reserved seats, wrong invitation %s, want 1 and %v", reserved, f.stored(old).GetString("status"), invitations.Revoked)
	}
}
