package members_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/tools/errs"
)

func TestDeleteAccount_ByRoleAndPassword(t *testing.T) {
	for _, s := range []struct{ who, password, code string }{
		{"owner", hookstest.Password, members.CodeLastOwner},
		{"admin", hookstest.Password, ""},
		{"organizer", hookstest.Password, ""},
		{"member", hookstest.Password, ""},
		{"guest", hookstest.Password, ""},
		{"stranger", hookstest.Password, ""},
		{"admin", "not the password", accounts.CodeBadSignIn},
		{"owner", "not the password", accounts.CodeBadSignIn},
	} {
		p := newFixture(t, false)
		hookstest.AssertCode(t, s.who, members.DeleteAccount(p.app, p.users[s.who], s.password, "192.0.2.1"), s.code)
		there := hookstest.Count(t, p.app, "users", dbx.HashExp{"id": p.users[s.who].Id}) == 1
		if there != (s.code != "") || (p.membership(s.who) != nil) != (s.code != "") {
			t.Errorf("%s: there %v", s.who, there)
		}
		result := s.code
		if result == "" {
			result = "ok"
		}
		row := dbx.HashExp{"action": "account.delete", "actor": p.users[s.who].Id, "result": result, "target_name": p.users[s.who].Email()}
		if hookstest.Count(t, p.app, "audit", row) != 1 {
			t.Errorf("%s: %s isn't recorded, want 1", s.who, result)
		}
		count := hookstest.Count(t, p.app, "outbox", dbx.HashExp{"kind": mail.KindAccountDeleted, "recipient": p.users[s.who].Email()})
		if (count == 1) != (s.code == "") {
			t.Errorf("%s: got %d emails", s.who, count)
		}
	}
}

func TestDeleteAccount_LeavesOnlyAuditLog(t *testing.T) {
	p := newFixture(t, false)
	admin := p.users["admin"]
	if _, err := accounts.StartLogin(p.app, admin, "", ""); err != nil {
		t.Fatal(err)
	}
	p.must(accounts.RequestAddressChange(p.app, admin, hookstest.Password, "new@x.example", ""))
	token, err := admin.NewAuthToken()
	p.must(err)
	rows := hookstest.Count(t, p.app, "audit", dbx.HashExp{"actor": admin.Id})
	p.must(members.DeleteAccount(p.app, admin, hookstest.Password, ""))
	for _, collection := range []string{"logins", "address_changes", "memberships"} {
		if n := hookstest.Count(t, p.app, collection, dbx.HashExp{"user": admin.Id}); n != 0 {
			t.Errorf("%d rows of it in %s, want 0", n, collection)
		}
	}
	if _, err := p.app.FindAuthRecordByToken(token, core.TokenTypeAuth); err == nil {
		t.Error("a token of it is good")
	}
	if now := hookstest.Count(t, p.app, "audit", dbx.HashExp{"actor": admin.Id}); now != rows+2 {
		t.Errorf("%d rows in the audit log, %d before, want %v", now, rows, rows+2)
	}
	if hookstest.Count(t, p.app, "audit", dbx.HashExp{"actor": admin.Id, "team": p.team.Id, "action": "member.leave"}) != 1 {
		t.Error("the team is not told in its log")
	}
	for _, team := range []string{"", p.team.Id} {
		p.must(audit.Verify(p.app, team))
	}
}

func TestDeleteAccount_DeletesImage(t *testing.T) {
	p := newFixture(t, false)
	member := p.users["member"]
	p.must(accounts.SetAvatar(p.app, member, redPixel(), ""))
	found := func() []string {
		files, _ := filepath.Glob(filepath.Join(p.app.DataDir(), "storage", "*", member.Id, "*"))
		return files
	}
	if len(found()) == 0 {
		t.Fatal("there is no picture")
	}
	p.must(members.DeleteAccount(p.app, member, hookstest.Password, ""))
	for end := time.Now().Add(10 * time.Second); len(found()) > 0; { // PocketBase deletes files in the background
		if time.Now().After(end) {
			t.Fatal(found())
		}
	}
}

// redPixel is one red pixel, as a WebP.
func redPixel() []byte {
	return []byte("RIFF\x22\x00\x00\x00WEBPVP8 \x16\x00\x00\x000\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x0e\xc0\xfe\x25\xa4\x00\x03\x70\x00\x00\x00\x00")
}

func TestDeleteAccount_RevokesInvitationsOfItsTeams(t *testing.T) {
	for name, remove := range map[string]func(p *fixture, account *core.Record) error{
		"by the person": func(p *fixture, account *core.Record) error {
			return members.DeleteAccount(p.app, account, hookstest.Password, "")
		},
		"by the server administrator": func(p *fixture, account *core.Record) error { return p.app.Delete(account) },
	} {
		p := newFixture(t, false)
		member := p.users["member"]
		theirs := hookstest.Team(t, p.app, p.users["stranger"], "Another team", "pro")
		here := hookstest.Invite(t, p.app, p.users["owner"], p.team, member.Email(), "organizer").ID
		there := hookstest.Invite(t, p.app, p.users["stranger"], theirs, member.Email(), "organizer").ID
		p.must(remove(p, hookstest.FindRecord(t, p.app, "users", member.Id)))
		if r := hookstest.FindRecord(t, p.app, "invitations", here); r.GetString("status") != invitations.Revoked {
			t.Errorf("%s: in the team it is %s, want %v", name, r.GetString("status"), invitations.Revoked)
		}
		if r := hookstest.FindRecord(t, p.app, "invitations", there); r.GetString("status") != invitations.Pending {
			t.Errorf("%s: what a team offers to the address is %s, want %v", name, r.GetString("status"), invitations.Pending)
		}
	}
}

func TestDeleteAccount_DeletionFails_ChangesNothing(t *testing.T) {
	p := newFixture(t, false)
	member := p.users["member"]
	offer := hookstest.Invite(t, p.app, p.users["owner"], p.team, member.Email(), "organizer").ID
	p.app.OnRecordDeleteExecute("users").BindFunc(func(*core.RecordEvent) error { return errors.New("the disk is full") })
	if err := members.DeleteAccount(p.app, member, hookstest.Password, ""); err == nil {
		t.Fatal("deleted")
	}
	if p.membership("member") == nil || hookstest.FindRecord(t, p.app, "invitations", offer).GetString("status") != invitations.Pending {
		t.Error("half of it was done")
	}
}

func TestDeleteAccount_OwnerOfTeams_IsRefusedWithTheirNames(t *testing.T) {
	p := newFixture(t, false)
	owner := p.users["owner"]
	for _, name := range []string{"Fathom Sound", "Northlight Docs"} {
		hookstest.Team(t, p.app, owner, name, "free")
	}
	for _, err := range []error{p.app.Delete(hookstest.FindRecord(t, p.app, "users", owner.Id)), members.DeleteAccount(p.app, owner, hookstest.Password, "")} {
		hookstest.AssertCode(t, "the Owner", err, members.CodeLastOwner)
		if err == nil || !strings.Contains(err.Error(), "it owns Fathom Sound, Halation Post and Northlight Docs.") {
			t.Error(err)
		}
	}
	owned, err := members.OwnedTeams(p.app, owner.Id)
	p.must(err)
	for _, team := range owned {
		p.must(p.app.Delete(team))
	}
	p.must(members.DeleteAccount(p.app, owner, hookstest.Password, ""))
}

func TestDeleteAccount_Concurrent_OneSucceeds(t *testing.T) {
	p := newFixture(t, false)
	member := p.users["member"]
	var read []*core.Record
	for range 3 {
		read = append(read, hookstest.FindRecord(t, p.app, "users", member.Id))
	}
	hookstest.SlowWrites(p.app, "users")
	results := hookstest.Race(3, func(i int) error {
		return members.DeleteAccount(p.app, read[i], hookstest.Password, "")
	})
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, errs.ErrNotFound) {
			t.Error(err)
		}
	}
	if n := hookstest.Count(t, p.app, "outbox", dbx.HashExp{"kind": mail.KindAccountDeleted}); won != 1 || n != 1 {
		t.Errorf("%d deleted it, got %d emails, want 1 and 1", won, n)
	}
}

func TestDeleteAccount_ConcurrentWithCreateTeam_OneWins(t *testing.T) {
	p := newFixture(t, false)
	hookstest.SlowWrites(p.app, "teams", "memberships")
	p.app.OnRecordDeleteExecute("memberships").BindFunc(func(e *core.RecordEvent) error {
		<-time.After(10 * time.Millisecond)
		return e.Next()
	})
	for range 4 {
		member := hookstest.Member(t, p.app, p.team, "m"+core.GenerateDefaultRandomId()+"@x.example")
		results := hookstest.Race(2, func(i int) error {
			if i == 0 {
				return members.DeleteAccount(p.app, hookstest.FindRecord(t, p.app, "users", member.Id), hookstest.Password, "")
			}
			_, err := members.CreateTeam(p.app, member, "Their own team", "")
			return err
		})
		if (results[0] == nil) == (results[1] == nil) {
			t.Errorf("deleted: %v, Owner: %v", results[0], results[1])
		}
	}
	var orphans int
	p.must(p.app.DB().NewQuery(`SELECT count(*) FROM teams t WHERE NOT EXISTS
		(SELECT 1 FROM memberships m JOIN users u ON u.id = m.user WHERE m.team = t.id AND m.owner)`).Row(&orphans))
	if orphans != 0 {
		t.Errorf("%d teams have no Owner, want 0", orphans)
	}
	if _, err := actors.Find(p.app, p.users["owner"], p.team.Id); err != nil {
		t.Error(err)
	}
}
