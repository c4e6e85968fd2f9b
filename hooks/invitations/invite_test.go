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
	f := newFixture(t)
	result := f.invite(luciaEmail, "organizer")
	token := tokenOf(result)
	if !strings.HasPrefix(result.Link, "http://usher.test/invite/usi_") {
		t.Errorf("got link %q, want it to contain %q", result.Link, "http://usher.test/invite/usi_")
	}
	secret, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "usi_"))
	if err != nil || len(secret) != 32 {
		t.Errorf("%d bytes in %q: %v, want 32", len(secret), token, err)
	}
	r := f.stored(result.ID)
	if r.GetString("token_hash") != accounts.Hash(token) {
		t.Errorf("got stored hash %q", r.GetString("token_hash"))
	}
	if reply, err := r.MarshalJSON(); err != nil || strings.Contains(string(reply), r.GetString("token_hash")) {
		t.Errorf("the API's response contains the hash: %s %v", reply, err)
	}
	files, err := filepath.Glob(filepath.Join(f.app.DataDir(), "*"))
	f.must(err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(content), token) {
			t.Errorf("%s contains the secret", file)
		}
	}
}

func TestInvite_EmailSetUp_HidesLink(t *testing.T) {
	f := newFixtureWith(t, configWithEmail())
	result := f.invite(luciaEmail, "organizer")
	if result.Link != "" || f.stored(result.ID).GetBool("shown") {
		t.Errorf("%+v", result)
	}
	if hookstest.Count(t, f.app, "outbox", dbx.HashExp{"about": result.ID, "recipient": luciaEmail}) != 1 {
		t.Error("no email")
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
			f := newFixture(t)
			f.invite(s.first, "organizer")
			f.expectRefused(invitations.CodeAlreadyInvited, s.second, "organizer")
			bare := hookstest.NewRecord(t, f.app, "invitations", map[string]any{"team": f.team.Id, "email": s.second, "status": "pending", "admin": true})
			hookstest.AssertCode(t, "a bare save", f.app.Save(bare), invitations.CodeAlreadyInvited)
			other := hookstest.Team(t, f.app, f.owner, "Another team", "free")
			if result := hookstest.Invite(t, f.app, f.owner, other, s.second, "organizer"); result.Status != invitations.Invited {
				t.Errorf("to another team: got %+v, want %v", result, invitations.Invited)
			}
			if n := hookstest.Count(t, f.app, "invitations", dbx.HashExp{"team": f.team.Id}); n != 1 {
				t.Errorf("got %d invitations, want 1", n)
			}
		})
	}
}

func TestInvite_Pending_ReplacesRolesAndLink(t *testing.T) {
	f := newFixture(t)
	first := f.invite(luciaEmail, "organizer")
	second := f.invite(luciaEmail, "admin")
	if second.Status != invitations.Updated || second.ID != first.ID || second.Link == first.Link {
		t.Fatalf("first %+v, second %+v, want %v, %v and anything but %v", first, second, invitations.Updated, first.ID, first.Link)
	}
	if now := f.seats(); now.Organizer.Reserved != 0 || now.Admin.Reserved != 1 {
		t.Errorf("%+v, want 0 and 1", now)
	}
	_, err := invitations.Accept(f.app, invitations.Response{Account: f.lucia, Token: tokenOf(first)})
	hookstest.AssertCode(t, "the old link", err, invitations.CodeReplaced)
	_, err = invitations.Accept(f.app, invitations.Response{Account: f.lucia, Token: tokenOf(second)})
	hookstest.AssertCode(t, "the new link", err, "")
	if roles, _ := f.roles(f.lucia); roles != (actors.Roles{Admin: true}) {
		t.Errorf("got roles %+v", roles)
	}
	_, err = invitations.Accept(f.app, invitations.Response{Account: f.lucia, Token: tokenOf(first)})
	hookstest.AssertCode(t, "the old link after the answer", err, invitations.CodeAccepted)
}

func TestInvite_OtherRolesWithoutSeat_ChangesNothing(t *testing.T) {
	f := newFixture(t)
	f.invite(luciaEmail, "organizer")
	for n := range 4 {
		f.invite(fmt.Sprintf("a%d@x.example", n), "admin")
	}
	before := f.stored(f.pendingID(luciaEmail))
	f.expectRefused(seats.CodeFull, luciaEmail, "admin")
	if after := f.stored(before.Id); after.GetString("token_hash") != before.GetString("token_hash") || !after.GetBool("organizer") {
		t.Error("a refused request changed the pending invitation")
	}
	if n := hookstest.Count(t, f.app, "retired_links"); n != 0 {
		t.Errorf("got %d retired links, want 0", n)
	}
}

func (f *fixture) pendingID(email string) string {
	f.Helper()
	open, err := invitations.FindPending(f.app, f.team.Id, email)
	f.must(err)
	return open.Id
}

func TestInvite_Member_OffersOnlyNewRoles(t *testing.T) {
	f := newFixture(t)
	plain := hookstest.Member(t, f.app, f.team, "plain@x.example")
	organizer := hookstest.Member(t, f.app, f.team, "organizer@x.example", "organizer")
	guest := hookstest.Guest(t, f.app, f.team, "guest@x.example")
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
		{f.owner, []string{"admin"}, invitations.CodeAlreadyMember, actors.Roles{}},
		{f.owner, nil, invitations.CodeAlreadyMember, actors.Roles{}},
		{plain, []string{"organizer"}, "", actors.Roles{Organizer: true}},
		{guest, nil, "", actors.Roles{}},
	} {
		result := hookstest.Invite(t, f.app, f.owner, f.team, s.account.Email(), s.roles...)
		if result.Code != s.code {
			t.Errorf("%s as %v: %+v, want %q", s.account.Email(), s.roles, result, s.code)
		}
		if s.code == "" && actors.RolesOf(f.stored(result.ID)) != s.offered {
			t.Errorf("%s as %v: got roles %+v", s.account.Email(), s.roles, actors.RolesOf(f.stored(result.ID)))
		}
	}
	bare := hookstest.NewRecord(t, f.app, "invitations", map[string]any{"team": f.team.Id, "email": "ORGANIZER@x.example",
		"status": "pending", "admin": true, "organizer": true})
	f.must(f.app.Delete(f.stored(f.pendingID(organizer.Email()))))
	hookstest.AssertCode(t, "a bare save", f.app.Save(bare), invitations.CodeAlreadyMember)
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
		{"admin", false, "admin2", false, true, "not_allowed"}, // offering an Admin anything counts as managing them
		{"admin", true, "admin2", false, true, ""},
		{"organizer", false, "new", false, false, "not_allowed"},
		{"plain", false, "new", false, false, "not_allowed"},
		{"guest", false, "new", false, false, "not_allowed"},
		{"lucia", false, "new", false, false, "not_allowed"}, // not in the team
	} {
		t.Run(fmt.Sprintf("%s to %s, Admin %v, opened %v", s.inviter, s.to, s.admin, s.opened), func(t *testing.T) {
			f := newFixture(t)
			people := map[string]*core.Record{
				"owner": f.owner, "lucia": f.lucia,
				"admin":     hookstest.Member(t, f.app, f.team, "admin@x.example", "admin"),
				"admin2":    hookstest.Member(t, f.app, f.team, "admin2@x.example", "admin"),
				"organizer": hookstest.Member(t, f.app, f.team, "organizer@x.example", "organizer"),
				"plain":     hookstest.Member(t, f.app, f.team, "plain@x.example"),
				"guest":     hookstest.Guest(t, f.app, f.team, "guest@x.example"),
			}
			f.team.Set("admins_manage_admins", s.opened)
			f.must(f.app.Save(f.team))
			to := s.to + "@x.example"

			bare := hookstest.NewRecord(t, f.app, "invitations", map[string]any{"team": f.team.Id, "email": to, "status": "pending",
				"inviter": people[s.inviter].Id, "admin": s.admin, "organizer": s.host})
			hookstest.AssertCode(t, "a bare save", f.app.Save(bare), s.code)
			if s.code == "" {
				f.must(f.app.Delete(bare))
			}
			if s.inviter == "lucia" {
				return // not in the team, so there is no actor
			}
			results, err := invitations.Invite(f.app, f.actor(people[s.inviter]), invitations.Request{
				Lines: invitations.ParseLines([]string{to}), Roles: actors.Roles{Admin: s.admin, Organizer: s.host}})
			if err == nil && results[0].Status == invitations.Refused {
				err = errs.Invalid("base", results[0].Code, results[0].Message)
			}
			hookstest.AssertCode(t, "Invite", err, s.code)
			refusals := hookstest.Count(t, f.app, "audit", dbx.HashExp{"team": f.team.Id, "action": "invitation.create", "result": "not_allowed"})
			if want := map[bool]int{true: 1}[s.code != ""]; refusals != want {
				t.Errorf("got %d refusals in the audit log, want %d", refusals, want)
			}
		})
	}
}

func TestInvite_ActorLostRights_IsRefused(t *testing.T) {
	f := newFixture(t)
	admin := hookstest.Member(t, f.app, f.team, "admin@x.example", "admin")
	id := f.invite(luciaEmail, "organizer").ID
	actor := f.actor(admin)
	m := hookstest.FindRecord(t, f.app, "memberships", f.membershipID(admin))
	m.Set("admin", false)
	f.must(f.app.Save(m))

	results, err := invitations.Invite(f.app, actor, invitations.Request{Lines: invitations.ParseLines([]string{"new@x.example"})})
	if err != nil || results[0].Code != errs.CodeNotAllowed {
		t.Errorf("Invite: %+v %v, want %v", results, err, errs.CodeNotAllowed)
	}
	_, err = invitations.Revoke(f.app, actor, id)
	hookstest.AssertCode(t, "Revoke", err, errs.CodeNotAllowed)
	_, _, err = invitations.Resend(f.app, actor, id)
	hookstest.AssertCode(t, "Resend", err, errs.CodeNotAllowed)

	f.must(f.app.Delete(m))
	if _, err = invitations.Revoke(f.app, actor, id); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("a former member: %v, want %v", err, errs.ErrNotFound)
	}
}

func (f *fixture) membershipID(account *core.Record) string {
	f.Helper()
	m, err := f.app.FindFirstRecordByFilter("memberships", "team = {:t} && user = {:u}", dbx.Params{"t": f.team.Id, "u": account.Id})
	f.must(err)
	return m.Id
}

func TestInvite_List_IsProcessedLineByLine(t *testing.T) {
	f := newFixture(t)
	results, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Roles: actors.Roles{Admin: true},
		Lines: invitations.ParseLines([]string{"a@x.example", "nobody", "b@x.example", "A@x.example", "c@x.example", "d@x.example", "e@x.example"})})
	f.must(err)
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
		f := newFixture(t)
		for n, code := range map[int]string{0: "required", 201: errs.CodeTooMany} {
			_, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines(many[:n])})
			hookstest.AssertCode(t, fmt.Sprint(n), err, code)
		}
	})
	t.Run("in a minute", func(t *testing.T) {
		f := newFixture(t)
		var err error
		for range 61 {
			_, err = invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines([]string{"nobody"})})
		}
		var slow *errs.RateLimitError
		if !errors.As(err, &slow) || slow.Wait <= 0 || errs.Code(err) != errs.CodeTooMany {
			t.Errorf("the 61st: %v", err)
		}
	})
	t.Run("to one address, with other roles each time", func(t *testing.T) {
		f := newFixture(t)
		sent := 0
		for n := range 12 {
			roles := actors.Roles{Organizer: n%2 == 0}
			results, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines([]string{"lucia@x.example"}), Roles: roles})
			f.must(err)
			if results[0].Status != invitations.Refused {
				sent++
			} else if n%2 == 0 && results[0].Code != errs.CodeTooMany { // between them, the roles don't change
				t.Errorf("%+v", results[0])
			}
		}
		if sent != 6 {
			t.Errorf("got %d emails in a day, want 6", sent)
		}
	})
	t.Run("by a new team in a day", func(t *testing.T) {
		config := hookstest.Config()
		config.SignUp = "open"
		f := newFixtureWith(t, config)
		results, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines(many[:51])})
		f.must(err)
		if results[49].Status != invitations.Invited || results[50].Code != errs.CodeTooMany {
			t.Errorf("got the 50th %+v, the 51st %+v, want %v and %v", results[49], results[50], invitations.Invited, errs.CodeTooMany)
		}
		hookstest.Exec(t, f.app, "UPDATE outbox SET created = '2026-01-01 00:00:00.000Z'", nil)
		f.invite("next-day@x.example")
		hookstest.Exec(t, f.app, "UPDATE teams SET created = '2026-01-01 00:00:00.000Z'", nil)
		results, err = invitations.Invite(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines(many[60:120])})
		f.must(err)
		if results[59].Status != invitations.Invited {
			t.Errorf("after the first week: %+v, want %v", results[59], invitations.Invited)
		}
	})
}

func TestInvite_LongNote_IsRefused(t *testing.T) {
	f := newFixture(t)
	for n, code := range map[int]string{500: "", 501: "too_long"} {
		_, err := invitations.Invite(f.app, f.actor(f.owner), invitations.Request{
			Lines: invitations.ParseLines([]string{luciaEmail}), Note: strings.Repeat("é", n)})
		hookstest.AssertCode(t, fmt.Sprint(n), err, code)
	}
}

// Revoking and inviting again doesn't get around the limit on resending.
func TestInvite_SameAddressRepeatedly_IsLimited(t *testing.T) {
	f := newFixture(t)
	for range 10 {
		f.invite(luciaEmail)
		_, err := invitations.Revoke(f.app, f.actor(f.owner), f.pendingID(luciaEmail))
		f.must(err)
	}
	f.expectRefused(errs.CodeTooMany, luciaEmail)
	other := f.invite("other@x.example")
	_, err := invitations.CorrectAddress(f.app, f.actor(f.owner), other.ID, luciaEmail)
	hookstest.AssertCode(t, "by correcting an address", err, errs.CodeTooMany)
	if f.pendingID("other@x.example") != other.ID {
		t.Error("the request was refused, but the other invitation ended")
	}
}
