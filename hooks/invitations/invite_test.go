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
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

func TestInvite_Link_IsStoredAsHashOnly(t *testing.T) {
	w := newFixture(t)
	result := w.invite(luciaEmail, "organizer")
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

func TestInvite_EmailSetUp_HidesLink(t *testing.T) {
	w := newFixtureWith(t, configWithEmail())
	result := w.invite(luciaEmail, "organizer")
	if result.Link != "" || w.stored(result.ID).GetBool("shown") {
		t.Errorf("%+v", result)
	}
	if hookstest.Count(t, w.app, "outbox", dbx.HashExp{"about": result.ID, "recipient": luciaEmail}) != 1 {
		t.Error("no letter")
	}
}

func TestInvite_SameAddressInOtherSpelling_IsRefused(t *testing.T) {
	for _, s := range []struct{ first, second string }{
		{"lucia@halation.example", "lucia@halation.example"},
		{"lucia@halation.example", "Lucia@HALATION.Example"},
		{"lucia@halation.example", "  lucia@halation.example\t"},
		{"lucia@bücher.example", "lucia@xn--bcher-kva.example"},
		{"lucia@xn--bcher-kva.example", "Lucia@BÜCHER.example"},
	} {
		t.Run(s.second, func(t *testing.T) {
			w := newFixture(t)
			w.invite(s.first, "organizer")
			w.expectRefused(invitations.CodeAlreadyInvited, s.second, "organizer")
			bare := hookstest.NewRecord(t, w.app, "invitations", map[string]any{"team": w.team.Id, "email": s.second, "status": "pending", "admin": true})
			hookstest.AssertCode(t, "a bare save", w.app.Save(bare), invitations.CodeAlreadyInvited)
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

func TestInvite_Pending_ReplacesRolesAndLink(t *testing.T) {
	w := newFixture(t)
	first := w.invite(luciaEmail, "organizer")
	second := w.invite(luciaEmail, "admin")
	if second.Status != invitations.Updated || second.ID != first.ID || second.Link == first.Link {
		t.Fatalf("first %+v, second %+v", first, second)
	}
	if now := w.seats(); now.Organizer.Reserved != 0 || now.Admin.Reserved != 1 {
		t.Errorf("%+v", now)
	}
	_, err := invitations.Accept(w.app, invitations.Response{Account: w.lucia, Token: tokenOf(first)})
	hookstest.AssertCode(t, "the old link", err, invitations.CodeReplaced)
	_, err = invitations.Accept(w.app, invitations.Response{Account: w.lucia, Token: tokenOf(second)})
	hookstest.AssertCode(t, "the new link", err, "")
	if roles, _ := w.roles(w.lucia); roles != (actors.Roles{Admin: true}) {
		t.Errorf("got %+v", roles)
	}
	_, err = invitations.Accept(w.app, invitations.Response{Account: w.lucia, Token: tokenOf(first)})
	hookstest.AssertCode(t, "the old link after the answer", err, invitations.CodeAccepted)
}

func TestInvite_OtherRolesWithoutSeat_ChangesNothing(t *testing.T) {
	w := newFixture(t)
	w.invite(luciaEmail, "organizer")
	for n := range 4 {
		w.invite(fmt.Sprintf("a%d@x.example", n), "admin")
	}
	before := w.stored(w.pendingID(luciaEmail))
	w.expectRefused(seats.CodeFull, luciaEmail, "admin")
	if after := w.stored(before.Id); after.GetString("token_hash") != before.GetString("token_hash") || !after.GetBool("organizer") {
		t.Error("refused, and the open invitation changed")
	}
	if n := hookstest.Count(t, w.app, "retired_links"); n != 0 {
		t.Errorf("%d links were retired", n)
	}
}

func (w *fixture) pendingID(email string) string {
	w.Helper()
	open, err := invitations.FindPending(w.app, w.team.Id, email)
	w.must(err)
	return open.Id
}

func TestInvite_Member_OffersOnlyNewRoles(t *testing.T) {
	w := newFixture(t)
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
	bare := hookstest.NewRecord(t, w.app, "invitations", map[string]any{"team": w.team.Id, "email": "ORGANIZER@x.example",
		"status": "pending", "admin": true, "organizer": true})
	w.must(w.app.Delete(w.stored(w.pendingID(organizer.Email()))))
	hookstest.AssertCode(t, "a bare save", w.app.Save(bare), invitations.CodeAlreadyMember)
}

func TestInvite_WhoCanInviteToWhichRoles(t *testing.T) {
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
			w := newFixture(t)
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

			bare := hookstest.NewRecord(t, w.app, "invitations", map[string]any{"team": w.team.Id, "email": to, "status": "pending",
				"inviter": people[s.inviter].Id, "admin": s.admin, "organizer": s.host})
			hookstest.AssertCode(t, "a bare save", w.app.Save(bare), s.code)
			if s.code == "" {
				w.must(w.app.Delete(bare))
			}
			if s.inviter == "lucia" {
				return // nobody in the team, so there is no actor
			}
			results, err := invitations.Invite(w.app, w.actor(people[s.inviter]), invitations.Request{
				Lines: invitations.ParseLines([]string{to}), Roles: actors.Roles{Admin: s.admin, Organizer: s.host}})
			if err == nil && results[0].Status == invitations.Refused {
				err = errs.Invalid("base", results[0].Code, results[0].Message)
			}
			hookstest.AssertCode(t, "Invite", err, s.code)
			refusals := hookstest.Count(t, w.app, "audit", dbx.HashExp{"team": w.team.Id, "action": "invitation.create", "result": "not_allowed"})
			if want := map[bool]int{true: 1}[s.code != ""]; refusals != want {
				t.Errorf("%d refusals in the audit log, want %d", refusals, want)
			}
		})
	}
}

func TestInvite_ActorLostRights_IsRefused(t *testing.T) {
	w := newFixture(t)
	admin := hookstest.Member(t, w.app, w.team, "admin@x.example", "admin")
	id := w.invite(luciaEmail, "organizer").ID
	actor := w.actor(admin)
	m := hookstest.FindRecord(t, w.app, "memberships", w.membershipID(admin))
	m.Set("admin", false)
	w.must(w.app.Save(m))

	results, err := invitations.Invite(w.app, actor, invitations.Request{Lines: invitations.ParseLines([]string{"new@x.example"})})
	if err != nil || results[0].Code != errs.CodeNotAllowed {
		t.Errorf("Invite: %+v %v", results, err)
	}
	_, err = invitations.Revoke(w.app, actor, id)
	hookstest.AssertCode(t, "Revoke", err, errs.CodeNotAllowed)
	_, _, err = invitations.Resend(w.app, actor, id)
	hookstest.AssertCode(t, "Resend", err, errs.CodeNotAllowed)

	w.must(w.app.Delete(m))
	if _, err = invitations.Revoke(w.app, actor, id); !errors.Is(err, errs.NotFound) {
		t.Errorf("somebody who is not in the team any more: %v", err)
	}
}

func (w *fixture) membershipID(account *core.Record) string {
	w.Helper()
	m, err := w.app.FindFirstRecordByFilter("memberships", "team = {:t} && user = {:u}", dbx.Params{"t": w.team.Id, "u": account.Id})
	w.must(err)
	return m.Id
}

func TestInvite_List_IsProcessedLineByLine(t *testing.T) {
	w := newFixture(t)
	results, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Request{Roles: actors.Roles{Admin: true},
		Lines: invitations.ParseLines([]string{"a@x.example", "nobody", "b@x.example", "A@x.example", "c@x.example", "d@x.example", "e@x.example"})})
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

func TestInvite_TooMany_IsRefused(t *testing.T) {
	many := make([]string, 201)
	for i := range many {
		many[i] = fmt.Sprintf("p%d@x.example", i)
	}
	t.Run("in one request", func(t *testing.T) {
		w := newFixture(t)
		for n, code := range map[int]string{0: "required", 201: errs.CodeTooMany} {
			_, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines(many[:n])})
			hookstest.AssertCode(t, fmt.Sprint(n), err, code)
		}
	})
	t.Run("in a minute", func(t *testing.T) {
		w := newFixture(t)
		var err error
		for range 61 {
			_, err = invitations.Invite(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines([]string{"nobody"})})
		}
		var slow *errs.RateLimitError
		if !errors.As(err, &slow) || slow.Wait <= 0 || errs.Code(err) != errs.CodeTooMany {
			t.Errorf("the 61st: %v", err)
		}
	})
	t.Run("to one address, with other roles each time", func(t *testing.T) {
		w := newFixture(t)
		sent := 0
		for n := range 12 {
			roles := actors.Roles{Organizer: n%2 == 0}
			results, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines([]string{"lucia@x.example"}), Roles: roles})
			w.must(err)
			if results[0].Status != invitations.Refused {
				sent++
			} else if n%2 == 0 && results[0].Code != errs.CodeTooMany { // between them the roles are those that it has
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
		w := newFixtureWith(t, config)
		results, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines(many[:51])})
		w.must(err)
		if results[49].Status != invitations.Invited || results[50].Code != errs.CodeTooMany {
			t.Errorf("the 50th %+v, the 51st %+v", results[49], results[50])
		}
		hookstest.Exec(t, w.app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
		w.invite("next-day@x.example")
		hookstest.Exec(t, w.app, "UPDATE teams SET created = '2026-01-01 00:00:00.000Z'", nil)
		results, err = invitations.Invite(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines(many[60:120])})
		w.must(err)
		if results[59].Status != invitations.Invited {
			t.Errorf("after the first week: %+v", results[59])
		}
	})
}

func TestInvite_LongNote_IsRefused(t *testing.T) {
	w := newFixture(t)
	for n, code := range map[int]string{500: "", 501: "too_long"} {
		_, err := invitations.Invite(w.app, w.actor(w.owner), invitations.Request{
			Lines: invitations.ParseLines([]string{luciaEmail}), Note: strings.Repeat("é", n)})
		hookstest.AssertCode(t, fmt.Sprint(n), err, code)
	}
}

// Revoking and inviting again is no way around the limit on sending again.
func TestInvite_SameAddressRepeatedly_IsLimited(t *testing.T) {
	w := newFixture(t)
	for range 10 {
		w.invite(luciaEmail)
		_, err := invitations.Revoke(w.app, w.actor(w.owner), w.pendingID(luciaEmail))
		w.must(err)
	}
	w.expectRefused(errs.CodeTooMany, luciaEmail)
	other := w.invite("other@x.example")
	_, err := invitations.CorrectAddress(w.app, w.actor(w.owner), other.ID, luciaEmail)
	hookstest.AssertCode(t, "by correcting an address", err, errs.CodeTooMany)
	if w.pendingID("other@x.example") != other.ID {
		t.Error("refused, and the other ended")
	}
}
