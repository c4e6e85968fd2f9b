package invitations_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/record"
	"usher/hooks/seats"
)

func TestALinkIsSecretAndKeptAsItsHash(t *testing.T) {
	w := begin(t)
	result := w.invite(lucias, "organizer")
	token := tokenOf(result)
	if !strings.HasPrefix(result.Link, "http://usher.test/invite/usi_") {
		t.Errorf("the link is %q", result.Link)
	}
	secret, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "usi_"))
	if err != nil || len(secret) != 32 {
		t.Errorf("%d bytes in %q: %v", len(secret), token, err)
	}
	r := w.stored(result.ID)
	if r.GetString("token_hash") != accounts.Hash(token) {
		t.Errorf("stored as %q", r.GetString("token_hash"))
	}
	if reply, err := r.MarshalJSON(); err != nil || strings.Contains(string(reply), r.GetString("token_hash")) {
		t.Errorf("a reply of the API has the hash: %s %v", reply, err)
	}
	files, err := filepath.Glob(filepath.Join(w.app.DataDir(), "*"))
	w.must(err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(content), token) {
			t.Errorf("the secret is readable in %s", file)
		}
	}
}

func TestWhereMailWorksNobodyIsShownTheLink(t *testing.T) {
	w := beginWith(t, mailed())
	result := w.invite(lucias, "organizer")
	if result.Link != "" || w.stored(result.ID).GetBool("shown") {
		t.Errorf("%+v", result)
	}
	if hookstest.Count(t, w.app, "outbox", dbx.HashExp{"about": result.ID, "recipient": lucias}) != 1 {
		t.Error("no letter")
	}
}

func TestOneInvitationIsOpenForAnAddressInAnySpelling(t *testing.T) {
	for _, s := range []struct{ first, second string }{
		{"lucia@halation.example", "lucia@halation.example"},
		{"lucia@halation.example", "Lucia@HALATION.Example"},
		{"lucia@halation.example", "  lucia@halation.example\t"},
		{"lucia@bücher.example", "lucia@xn--bcher-kva.example"},
		{"lucia@xn--bcher-kva.example", "Lucia@BÜCHER.example"},
	} {
		t.Run(s.second, func(t *testing.T) {
			w := begin(t)
			w.invite(s.first, "organizer")
			w.refused(invitations.CodeAlreadyInvited, s.second, "organizer")
			bare := hookstest.Blank(t, w.app, "invitations", map[string]any{"team": w.team.Id, "email": s.second, "status": "pending", "admin": true})
			hookstest.Refused(t, "a bare save", w.app.Save(bare), invitations.CodeAlreadyInvited)
			other := hookstest.Team(t, w.app, w.owner, "Another team", "free")
			if result := hookstest.Invite(t, w.app, w.owner, other, s.second, "organizer"); result.Status != invitations.Invited {
				t.Errorf("to another team: %+v", result)
			}
			if n := hookstest.Count(t, w.app, "invitations", dbx.HashExp{"team": w.team.Id}); n != 1 {
				t.Errorf("%d invitations", n)
			}
		})
	}
}

func TestOtherRolesReplaceTheRolesOfAnOpenInvitation(t *testing.T) {
	w := begin(t)
	first := w.invite(lucias, "organizer")
	second := w.invite(lucias, "admin")
	if second.Status != invitations.Updated || second.ID != first.ID || second.Link == first.Link {
		t.Fatalf("first %+v, second %+v", first, second)
	}
	if now := w.seats(); now.Organizer.Reserved != 0 || now.Admin.Reserved != 1 {
		t.Errorf("%+v", now)
	}
	_, err := invitations.Accept(w.app, invitations.Answer{Account: w.lucia, Token: tokenOf(first)})
	hookstest.Refused(t, "the old link", err, invitations.CodeReplaced)
	_, err = invitations.Accept(w.app, invitations.Answer{Account: w.lucia, Token: tokenOf(second)})
	hookstest.Refused(t, "the new link", err, "")
	if roles, _ := w.roles(w.lucia); roles != (actors.Roles{Admin: true}) {
		t.Errorf("got %+v", roles)
	}
	_, err = invitations.Accept(w.app, invitations.Answer{Account: w.lucia, Token: tokenOf(first)})
	hookstest.Refused(t, "the old link after the answer", err, invitations.CodeAccepted)
}

func TestOtherRolesNeedTheirSeats(t *testing.T) {
	w := begin(t)
	w.invite(lucias, "organizer")
	for n := range 4 {
		w.invite(fmt.Sprintf("a%d@x.example", n), "admin")
	}
	before := w.stored(w.pending(lucias))
	w.refused(seats.CodeFull, lucias, "admin")
	if after := w.stored(before.Id); after.GetString("token_hash") != before.GetString("token_hash") || !after.GetBool("organizer") {
		t.Error("refused, and the open invitation changed")
	}
	if n := hookstest.Count(t, w.app, "retired_links"); n != 0 {
		t.Errorf("%d links were retired", n)
	}
}

func (w *world) pending(email string) string {
	w.Helper()
	open, err := invitations.FindPending(w.app, w.team.Id, email)
	w.must(err)
	return open.Id
}

func TestAMemberIsOfferedOnlyWhatIsNew(t *testing.T) {
	w := begin(t)
	plain := hookstest.Member(t, w.app, w.team, "plain@x.example")
	organizer := hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer")
	guest := hookstest.Guest(t, w.app, w.team, "guest@x.example")
	for _, s := range []struct {
		account *core.Record
		roles   []string
		code    string
		offered actors.Roles
	}{
		{plain, nil, invitations.CodeAlreadyMember, actors.Roles{}},
		{organizer, nil, invitations.CodeAlreadyMember, actors.Roles{}},
		{organizer, []string{"organizer"}, invitations.CodeAlreadyMember, actors.Roles{}},
		{organizer, []string{"admin", "organizer"}, "", actors.Roles{Admin: true}},
		{w.owner, []string{"admin"}, invitations.CodeAlreadyMember, actors.Roles{}},
		{w.owner, nil, invitations.CodeAlreadyMember, actors.Roles{}},
		{plain, []string{"organizer"}, "", actors.Roles{Organizer: true}},
		{guest, nil, "", actors.Roles{}},
	} {
		result := hookstest.Invite(t, w.app, w.owner, w.team, s.account.Email(), s.roles...)
		if result.Code != s.code {
			t.Errorf("%s as %v: %+v, want %q", s.account.Email(), s.roles, result, s.code)
		}
		if s.code == "" && actors.RolesOf(w.stored(result.ID)) != s.offered {
			t.Errorf("%s as %v: offered %+v", s.account.Email(), s.roles, actors.RolesOf(w.stored(result.ID)))
		}
	}
	bare := hookstest.Blank(t, w.app, "invitations", map[string]any{"team": w.team.Id, "email": "ORGANIZER@x.example",
		"status": "pending", "admin": true, "organizer": true})
	w.must(w.app.Delete(w.stored(w.pending(organizer.Email()))))
	hookstest.Refused(t, "a bare save", w.app.Save(bare), invitations.CodeAlreadyMember)
}

func TestAnInviterOffersOnlyWhatHeMayGrant(t *testing.T) {
	for _, s := range []struct {
		inviter     string
		opened      bool // Admins may manage Admins
		to          string
		admin, host bool
		code        string
	}{
		{"owner", false, "new", true, true, ""},
		{"admin", false, "new", false, true, ""},
		{"admin", false, "new", false, false, ""},
		{"admin", false, "new", true, false, "not_allowed"},
		{"admin", true, "new", true, false, ""},
		{"admin", false, "admin2", false, true, "not_allowed"}, // to offer an Admin anything is to manage him
		{"admin", true, "admin2", false, true, ""},
		{"organizer", false, "new", false, false, "not_allowed"},
		{"plain", false, "new", false, false, "not_allowed"},
		{"guest", false, "new", false, false, "not_allowed"},
		{"lucia", false, "new", false, false, "not_allowed"}, // not in the team
	} {
		t.Run(fmt.Sprintf("%s to %s, Admin %v, opened %v", s.inviter, s.to, s.admin, s.opened), func(t *testing.T) {
			w := begin(t)
			people := map[string]*core.Record{
				"owner": w.owner, "lucia": w.lucia,
				"admin":     hookstest.Member(t, w.app, w.team, "admin@x.example", "admin"),
				"admin2":    hookstest.Member(t, w.app, w.team, "admin2@x.example", "admin"),
				"organizer": hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer"),
				"plain":     hookstest.Member(t, w.app, w.team, "plain@x.example"),
				"guest":     hookstest.Guest(t, w.app, w.team, "guest@x.example"),
			}
			w.team.Set("admins_manage_admins", s.opened)
			w.must(w.app.Save(w.team))
			to := s.to + "@x.example"

			bare := hookstest.Blank(t, w.app, "invitations", map[string]any{"team": w.team.Id, "email": to, "status": "pending",
				"inviter": people[s.inviter].Id, "admin": s.admin, "organizer": s.host})
			hookstest.Refused(t, "a bare save", w.app.Save(bare), s.code)
			if s.code == "" {
				w.must(w.app.Delete(bare))
			}
			if s.inviter == "lucia" {
				return // nobody in the team, so there is no actor
			}
			results, err := invitations.Invite(w.app, w.actor(people[s.inviter]), invitations.Offer{
				Lines: invitations.Addresses([]string{to}), Roles: actors.Roles{Admin: s.admin, Organizer: s.host}})
			if err == nil && results[0].Status == invitations.Refused {
				err = record.Refuse("base", results[0].Code, results[0].Message)
			}
			hookstest.Refused(t, "Invite", err, s.code)
			refusals := hookstest.Count(t, w.app, "audit", dbx.HashExp{"team": w.team.Id, "action": "invitation.create", "result": "not_allowed"})
			if want := map[bool]int{true: 1}[s.code != ""]; refusals != want {
				t.Errorf("%d refusals in the audit log, want %d", refusals, want)
			}
		})
	}
}

func TestARightThatWasLostSinceIsLostForTheDeed(t *testing.T) {
	w := begin(t)
	admin := hookstest.Member(t, w.app, w.team, "admin@x.example", "admin")
	id := w.invite(lucias, "organizer").ID
	actor := w.actor(admin)
	m := hookstest.Stored(t, w.app, "memberships", w.membership(admin))
	m.Set("admin", false)
	w.must(w.app.Save(m))

	results, err := invitations.Invite(w.app, actor, invitations.Offer{Lines: invitations.Addresses([]string{"new@x.example"})})
	if err != nil || results[0].Code != record.CodeNotAllowed {
		t.Errorf("Invite: %+v %v", results, err)
	}
	_, err = invitations.Revoke(w.app, actor, id)
	hookstest.Refused(t, "Revoke", err, record.CodeNotAllowed)
	_, _, err = invitations.Resend(w.app, actor, id)
	hookstest.Refused(t, "Resend", err, record.CodeNotAllowed)

	w.must(w.app.Delete(m))
	if _, err = invitations.Revoke(w.app, actor, id); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("somebody who is not in the team any more: %v", err)
	}
}

func (w *world) membership(account *core.Record) string {
	w.Helper()
	m, err := w.app.FindFirstRecordByFilter("memberships", "team = {:t} && user = {:u}", dbx.Params{"t": w.team.Id, "u": account.Id})
	w.must(err)
	return m.Id
}

func TestAListIsInvitedLineByLineUntilTheSeatsEnd(t *testing.T) {
	w := begin(t)
	results, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Offer{Roles: actors.Roles{Admin: true},
		Lines: invitations.Addresses([]string{"a@x.example", "nobody", "b@x.example", "A@x.example", "c@x.example", "d@x.example", "e@x.example"})})
	w.must(err)
	var got []string
	for _, r := range results {
		got = append(got, r.Status+" "+r.Code)
	}
	want := "invited ,refused bad_email,invited ,refused already_invited,invited ,invited ,refused seats_full"
	if strings.Join(got, ",") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ","), want)
	}
}

func TestTooManyInvitationsAreRefused(t *testing.T) {
	many := make([]string, 201)
	for i := range many {
		many[i] = fmt.Sprintf("p%d@x.example", i)
	}
	t.Run("in one request", func(t *testing.T) {
		w := begin(t)
		for n, code := range map[int]string{0: "required", 201: record.CodeTooMany} {
			_, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses(many[:n])})
			hookstest.Refused(t, fmt.Sprint(n), err, code)
		}
	})
	t.Run("in a minute", func(t *testing.T) {
		w := begin(t)
		var err error
		for range 61 {
			_, err = invitations.Invite(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses([]string{"nobody"})})
		}
		var slow *record.Slow
		if !errors.As(err, &slow) || slow.Wait <= 0 || record.Code(err) != record.CodeTooMany {
			t.Errorf("the 61st: %v", err)
		}
	})
	t.Run("to one address, with other roles each time", func(t *testing.T) {
		w := begin(t)
		sent := 0
		for n := range 12 {
			roles := actors.Roles{Organizer: n%2 == 0}
			results, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses([]string{"lucia@x.example"}), Roles: roles})
			w.must(err)
			if results[0].Status != invitations.Refused {
				sent++
			} else if n%2 == 0 && results[0].Code != record.CodeTooMany { // between them the roles are those that it has
				t.Errorf("%+v", results[0])
			}
		}
		if sent != 6 {
			t.Errorf("%d letters in a day", sent)
		}
	})
	t.Run("by a stranger's new team in a day", func(t *testing.T) {
		config := hookstest.Config()
		config.SignUp = "open"
		w := beginWith(t, config)
		results, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses(many[:51])})
		w.must(err)
		if results[49].Status != invitations.Invited || results[50].Code != record.CodeTooMany {
			t.Errorf("the 50th %+v, the 51st %+v", results[49], results[50])
		}
		hookstest.Exec(t, w.app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
		w.invite("next-day@x.example")
		hookstest.Exec(t, w.app, "UPDATE teams SET created = '2026-01-01 00:00:00.000Z'", nil)
		results, err = invitations.Invite(w.app, w.actor(w.owner), invitations.Offer{Lines: invitations.Addresses(many[60:120])})
		w.must(err)
		if results[59].Status != invitations.Invited {
			t.Errorf("after the first week: %+v", results[59])
		}
	})
}

func TestANoteIsShort(t *testing.T) {
	w := begin(t)
	for n, code := range map[int]string{500: "", 501: "too_long"} {
		_, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Offer{
			Lines: invitations.Addresses([]string{lucias}), Note: strings.Repeat("é", n)})
		hookstest.Refused(t, fmt.Sprint(n), err, code)
	}
}

// Revoking and inviting again is no way around the limit on sending again.
func TestNobodyIsInvitedAgainAndAgain(t *testing.T) {
	w := begin(t)
	for range 10 {
		w.invite(lucias)
		_, err := invitations.Revoke(w.app, w.actor(w.owner), w.pending(lucias))
		w.must(err)
	}
	w.refused(record.CodeTooMany, lucias)
	other := w.invite("other@x.example")
	_, err := invitations.Correct(w.app, w.actor(w.owner), other.ID, lucias)
	hookstest.Refused(t, "by correcting an address", err, record.CodeTooMany)
	if w.pending("other@x.example") != other.ID {
		t.Error("refused, and the other ended")
	}
}
