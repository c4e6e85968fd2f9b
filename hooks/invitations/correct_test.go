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

// correct corrects in the Owner's name.
func (w *fixture) correct(id, address string) (invitations.Result, error) {
	w.Helper()
	return invitations.CorrectAddress(w.app, w.actor(w.owner), id, address)
}

// inviteNamed invites Lucia with a name and a note.
func (w *fixture) inviteNamed(roles ...string) string {
	w.Helper()
	results, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Request{Note: "See you in Porto.",
		Lines: []invitations.Line{addresslist.NewEntry("Lucía Herrera", luciaEmail)}, Roles: mustRoles(w.T, roles...)})
	w.must(err)
	return results[0].ID
}

func TestCorrectAddress_KeepsRolesNameAndNote(t *testing.T) {
	for _, end := range []string{"bounced", "failed", "expired"} {
		w := newFixtureWith(t, configWithEmail())
		old := w.inviteNamed("admin", "organizer")
		switch end {
		case "bounced":
			w.must(w.report(w.markSent(old).Bounced(noSuchUser)))
		case "failed":
			w.must(w.report(w.markSent(old).Failed("reached_daily_quota")))
		case "expired":
			w.makeOverdue(old)
		}
		result, err := w.correct(old, " Lucia@Halation.FILM ")
		if err != nil || result.Status != invitations.Invited || result.Link != "" || result.ID == old {
			t.Fatal(end, result, err)
		}
		r := w.stored(result.ID)
		if r.GetString("email") != correctEmail || !r.GetBool("admin") || !r.GetBool("organizer") || r.GetString("name") != "Lucía Herrera" ||
			r.GetString("note") != "See you in Porto." || r.GetString("status") != invitations.Pending {
			t.Errorf("%s: %v", end, r.PublicExport())
		}
		if letter, err := mail.FindNewest(w.app, result.ID); err != nil || letter.Recipient() != correctEmail {
			t.Error(end, letter, err)
		}
		was := w.stored(old)
		if status := was.GetString("status"); end == "expired" && status == invitations.Revoked || end != "expired" && status != invitations.Revoked {
			t.Errorf("%s: the old one is %s", end, status)
		}
		if end == "failed" && was.GetString("reason") != "The address was corrected: "+correctEmail {
			t.Errorf("%q", was.GetString("reason"))
		}
		w.must(audit.Verify(w.app, w.team.Id))
	}
}

// The seat that the wrong address holds is the one that the right address gets.
func TestCorrectAddress_ReusesReservedSeat(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	w.team.Set("organizer_seats", 2) // the Owner's, and one
	w.must(w.app.Save(w.team))
	old := w.inviteNamed("organizer")
	w.expectRefused("seats_full", "other@halation.example", "organizer")
	result, err := w.correct(old, correctEmail)
	if err != nil || w.stored(old).GetString("status") != invitations.Revoked || w.stored(result.ID).GetString("status") != invitations.Pending {
		t.Fatal(result, err)
	}
	if now := w.seats().Organizer; now.Reserved != 1 {
		t.Errorf("%+v", now)
	}

	// Of an invitation that has ended the seat is free for all, and may be gone.
	w.must(w.report(w.markSent(result.ID).Bounced(noSuchUser)))
	w.invite("other@halation.example", "organizer")
	_, err = w.correct(result.ID, "lu@halation.film")
	hookstest.AssertCode(t, "a correction without a seat", err, "seats_full")
}

func TestCorrectAddress_Refused_LeavesInvitationPending(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	old := w.inviteNamed("organizer")
	hookstest.Member(t, w.app, w.team, "in@halation.example", "organizer")
	w.invite("asked@halation.example", "organizer")
	letters := hookstest.Count(t, w.app, "outbox")
	for address, code := range map[string]string{
		"":                       "bad_email",
		"lucia":                  "bad_email",
		"LUCIA@halation.example": invitations.CodeSameAddress,
		"in@halation.example":    invitations.CodeAlreadyMember,
		"asked@halation.example": invitations.CodeAlreadyInvited,
	} {
		_, err := w.correct(old, address)
		if field, got, _, _ := errs.Details(err); got != code || field != "email" {
			t.Errorf("%q: %v (%s of %s)", address, err, got, field)
		}
	}
	if w.stored(old).GetString("status") != invitations.Pending || hookstest.Count(t, w.app, "outbox") != letters || w.seats().Organizer.Reserved != 2 {
		t.Error("a refused correction changed something")
	}
	if row, err := w.app.FindFirstRecordByFilter("audit", "action = 'invitation.create' && result = 'already_member'"); err != nil || row == nil {
		t.Error("a refusal is not audited", err)
	}
}

func TestCorrectAddress_Answered_IsRefused(t *testing.T) {
	for state, code := range map[string]string{
		invitations.Accepted: invitations.CodeAccepted, invitations.Declined: invitations.CodeDeclined, invitations.Revoked: "", invitations.Expired: "",
	} {
		w := newFixtureWith(t, configWithEmail())
		_, err := w.correct(w.inviteInState(state).ID, correctEmail)
		hookstest.AssertCode(t, state, err, code)
		if field, _, _, _ := errs.Details(err); field == "email" {
			t.Errorf("%s: it is held against the address", state)
		}
	}
	w := newFixtureWith(t, configWithEmail())
	member := hookstest.Member(t, w.app, w.team, "noor@halation.example")
	offered := w.invite(member.Email(), "organizer").ID
	_, err := w.correct(offered, correctEmail)
	hookstest.AssertCode(t, "a member's", err, invitations.CodeAlreadyMember)
}

func TestCorrectAddress_WhoIsAllowed(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	admin := hookstest.Member(t, w.app, w.team, "jonas@halation.example", "admin")
	organizer := hookstest.Member(t, w.app, w.team, "theo@halation.example", "organizer")
	other := hookstest.Account(t, w.app, "otto@other.example")
	theirs := hookstest.Team(t, w.app, other, "Other", "pro")

	plain, admins := w.inviteNamed(), w.invite("ada@halation.example", "admin").ID
	_, err := invitations.CorrectAddress(w.app, w.actor(organizer), plain, correctEmail)
	hookstest.AssertCode(t, "an Organizer", err, errs.CodeNotAllowed)
	_, err = invitations.CorrectAddress(w.app, w.actor(admin), admins, correctEmail)
	hookstest.AssertCode(t, "an Admin of an Admin's", err, errs.CodeNotAllowed)
	if _, err = invitations.CorrectAddress(w.app, hookstest.Actor(t, w.app, other, theirs), plain, correctEmail); err != errs.NotFound {
		t.Error("another team's", err)
	}
	if w.stored(plain).GetString("status") != invitations.Pending || w.stored(admins).GetString("status") != invitations.Pending {
		t.Error("something was changed")
	}
	_, err = invitations.CorrectAddress(w.app, w.actor(admin), plain, correctEmail)
	hookstest.AssertCode(t, "an Admin", err, "")

	lost := w.actor(admin) // the right goes while the request is under way
	w.must(members.RevokeRoles(w.app, w.actor(w.owner), admin.Id, mustRoles(t, "admin")))
	again := w.invite("late@halation.example").ID
	_, err = invitations.CorrectAddress(w.app, lost, again, "later@halation.example")
	hookstest.AssertCode(t, "an Admin no more", err, errs.CodeNotAllowed)
}

func TestCorrectAddress_OverDailyLimit_IsRefused(t *testing.T) {
	config := configWithEmail()
	config.SignUp = "open"
	w := newFixtureWith(t, config)
	old := w.inviteNamed()
	for range 49 {
		hookstest.Exec(t, w.app, "INSERT INTO outbox (id, kind, recipient, team, status, due, created) SELECT lower(hex(randomblob(7))) || 'x', 'test', 'x', team, 'sent', due, created FROM outbox LIMIT 1", nil)
	}
	_, err := w.correct(old, correctEmail)
	hookstest.AssertCode(t, "beyond the day's letters", err, errs.CodeTooMany)
	if w.stored(old).GetString("status") != invitations.Pending {
		t.Error("the old one ended for nothing")
	}
}

// Two who correct at once leave one invitation for each right address, and none for the wrong one.
func TestCorrectAddress_ConcurrentWithCorrectionAndBounce_OneWins(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	w.team.Set("organizer_seats", 2)
	w.must(w.app.Save(w.team))
	hookstest.SlowWrites(w.app, "invitations", "outbox", "mail_reports")
	old := w.inviteNamed("organizer")
	actor, e := w.actor(w.owner), w.markSent(old).Bounced(noSuchUser)
	results := hookstest.Race(3, func(i int) error {
		if i == 2 {
			return w.report(e)
		}
		_, err := invitations.CorrectAddress(w.app, actor, old, []string{correctEmail, "lu@halation.film"}[i])
		return err
	})
	if won := hookstest.CountSucceeded(t, results, "seats_full", invitations.CodeRevoked); won != 2 || results[2] != nil {
		t.Errorf("%d won: %v", won, results)
	}
	if reserved := w.seats().Organizer.Reserved; reserved != 1 || w.stored(old).GetString("status") != invitations.Revoked {
		t.Errorf("%d reserved, the wrong one is %s", reserved, w.stored(old).GetString("status"))
	}
}
