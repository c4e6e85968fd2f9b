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
	w := newFixture(t) // pro: 5 Admin seats, 25 Organizer seats
	hookstest.Member(t, w.app, w.team, "admin@x.example", "admin")
	hookstest.Guest(t, w.app, w.team, "guest@x.example")
	w.invite("open@x.example", "admin")
	w.invite("other@x.example", "organizer")
	lines := addresslist.Read("New One <new@x.example>; nobody, admin@x.example\nopen@x.example\nOther@X.example\nNEW@x.example\n" +
		"guest@x.example\nlate@x.example").Entries
	offer := invitations.Request{Lines: lines, Roles: actors.Roles{Admin: true}}

	tables := []string{"invitations", "retired_links", "outbox", "audit", "memberships", "users"}
	before := map[string]int{}
	for _, table := range tables {
		before[table] = hookstest.Count(t, w.app, table)
	}
	token := w.stored(w.pendingID("other@x.example")).GetString("token_hash")
	forecast, err := invitations.PreviewInvite(w.app, w.actor(w.owner), offer)
	w.must(err)
	for _, table := range tables {
		if n := hookstest.Count(t, w.app, table); n != before[table] {
			t.Errorf("%s has %d rows after the forecast, %d before", table, n, before[table])
		}
	}
	if w.stored(w.pendingID("other@x.example")).GetString("token_hash") != token {
		t.Error("a forecast changed a link")
	}

	results, err := invitations.Invite(w.app, w.actor(w.owner), offer)
	w.must(err)
	want := []string{"invited", "refused bad_email", "refused already_member", "refused already_invited", "updated",
		"refused duplicate", "refused seats_full", "refused seats_full"}
	sent := 0
	for i, fate := range forecast.Lines {
		told, done := joinWords(fate.Status, fate.Code), joinWords(results[i].Status, results[i].Code)
		if told != want[i] || fate.Status != results[i].Status || told != done && fate.Code != invitations.CodeDuplicate {
			t.Errorf("%s: the forecast says %q, it came to %q, want %q", fate.Line.Raw, told, done, want[i])
		}
		if results[i].Status != invitations.Refused {
			sent++
		}
	}
	if forecast.EmailCount != sent || forecast.Seats != w.seats() {
		t.Errorf("forecast: %d letters and %+v; it came to %d and %+v", forecast.EmailCount, forecast.Seats, sent, w.seats())
	}
	told := hookstest.Count(t, w.app, "outbox", dbx.HashExp{"kind": mail.KindCapacity}) // that seats are nearly used up
	if letters := hookstest.Count(t, w.app, "outbox") - before["outbox"] - told; letters != sent {
		t.Errorf("%d letters for %d lines", letters, sent)
	}
}

func joinWords(status, code string) string {
	if code == "" {
		return status
	}
	return status + " " + code
}

func TestPreviewInvite_WhoIsAllowed(t *testing.T) {
	w := newFixture(t)
	plain := hookstest.Member(t, w.app, w.team, "plain@x.example")
	admin := hookstest.Member(t, w.app, w.team, "admin@x.example", "admin")
	offer := invitations.Request{Lines: invitations.ParseLines([]string{luciaEmail})}
	_, err := invitations.PreviewInvite(w.app, w.actor(plain), offer)
	hookstest.AssertCode(t, "a plain member", err, errs.CodeNotAllowed)
	_, err = invitations.PreviewInvite(w.app, w.actor(admin), offer)
	hookstest.AssertCode(t, "an Admin", err, "")
	offer.Roles.Admin = true
	_, err = invitations.PreviewInvite(w.app, w.actor(admin), offer)
	hookstest.AssertCode(t, "an Admin who offers Admin", err, errs.CodeNotAllowed)
	offer = invitations.Request{Lines: make([]invitations.Line, 201)}
	_, err = invitations.PreviewInvite(w.app, w.actor(w.owner), offer)
	hookstest.AssertCode(t, "201 lines", err, errs.CodeTooMany)
}
