package invitations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

func TestPreviewInvite_MatchesInviteAndChangesNothing(t *testing.T) {
	f := newFixture(t) // pro: 5 Admin seats, 25 Organizer seats
	hookstest.Member(t, f.app, f.team, "admin@x.example", "admin")
	hookstest.Guest(t, f.app, f.team, "guest@x.example")
	f.invite("open@x.example", "admin")
	f.invite("other@x.example", "organizer")
	lines := addresslist.Read("New One <new@x.example>; nobody, admin@x.example\nopen@x.example\nOther@X.example\nNEW@x.example\n" +
		"guest@x.example\nlate@x.example").Entries
	offer := invitations.Request{Lines: lines, Roles: actors.Roles{Admin: true}}

	tables := []string{"invitations", "retired_links", "outbox", "audit", "memberships", "users"}
	before := map[string]int{}
	for _, table := range tables {
		before[table] = hookstest.Count(t, f.app, table)
	}
	token := f.stored(f.pendingID("other@x.example")).GetString("token_hash")
	preview, err := invitations.PreviewInvite(f.app, f.actor(f.owner), offer)
	f.must(err)
	for _, table := range tables {
		if n := hookstest.Count(t, f.app, table); n != before[table] {
			t.Errorf("%s: got %d rows after the preview, want %d", table, n, before[table])
		}
	}
	if f.stored(f.pendingID("other@x.example")).GetString("token_hash") != token {
		t.Error("the preview changed a link")
	}

	results, err := invitations.Invite(f.app, f.actor(f.owner), offer)
	f.must(err)
	want := []string{"invited", "refused bad_email", "refused already_member", "refused already_invited", "updated",
		"refused duplicate", "refused seats_full", "refused seats_full"}
	sent := 0
	for i, line := range preview.Lines {
		got, done := joinWords(line.Status, line.Code), joinWords(results[i].Status, results[i].Code)
		if got != want[i] || line.Status != results[i].Status || got != done && line.Code != invitations.CodeDuplicate {
			t.Errorf("%s: got preview %q, result %q, want %q", line.Line.Raw, got, done, want[i])
		}
		if results[i].Status != invitations.Refused {
			sent++
		}
	}
	if preview.EmailCount != sent || preview.Seats != f.seats() {
		t.Errorf("got preview with %d emails and %+v, result %d and %+v", preview.EmailCount, preview.Seats, sent, f.seats())
	}
	notices := hookstest.Count(t, f.app, "outbox", dbx.HashExp{"kind": mail.KindCapacity}) // the notice that seats are nearly used up
	if messages := hookstest.Count(t, f.app, "outbox") - before["outbox"] - notices; messages != sent {
		t.Errorf("got %d emails for %d lines, want %v", messages, sent, sent)
	}
}

func joinWords(status, code string) string {
	if code == "" {
		return status
	}
	return status + " " + code
}

func TestPreviewInvite_WhoIsAllowed(t *testing.T) {
	f := newFixture(t)
	plain := hookstest.Member(t, f.app, f.team, "plain@x.example")
	admin := hookstest.Member(t, f.app, f.team, "admin@x.example", "admin")
	offer := invitations.Request{Lines: invitations.ParseLines([]string{luciaEmail})}
	_, err := invitations.PreviewInvite(f.app, f.actor(plain), offer)
	hookstest.AssertCode(t, "a plain member", err, errs.CodeNotAllowed)
	_, err = invitations.PreviewInvite(f.app, f.actor(admin), offer)
	hookstest.AssertCode(t, "an Admin", err, "")
	offer.Roles.Admin = true
	_, err = invitations.PreviewInvite(f.app, f.actor(admin), offer)
	hookstest.AssertCode(t, "an Admin who offers Admin", err, errs.CodeNotAllowed)
	offer = invitations.Request{Lines: make([]invitations.Line, 201)}
	_, err = invitations.PreviewInvite(f.app, f.actor(f.owner), offer)
	hookstest.AssertCode(t, "201 lines", err, errs.CodeTooMany)
}
