package api_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/members"
)

// TestSuperuser_InvalidWrites_AreRefused writes past all actions, as the dashboard does.
func TestSuperuser_InvalidWrites_AreRefused(t *testing.T) {
	w := newFixture(t)
	lucia := w.newAccount("lucia@halation.example")
	records := func(collection string) string { return "/api/collections/" + collection + "/records" }
	row := func(collection, id string) string { return records(collection) + "/" + id }
	super := func(method, path string, body object) func(key, code string) {
		t.Helper()
		status, answer := w.callAs("super", method, path, body)
		return func(key, code string) { t.Helper(); assertRefused(t, status, answer, 400, key, code) }
	}
	accepted := object{"status": "accepted", "user": lucia.Id}
	membership := func(role string) string {
		m, err := members.Find(w.App, w.team.Id, w.accounts[role].Id)
		if err != nil {
			t.Fatal(err)
		}
		return m.Id
	}

	t.Run("a revoked invitation stays revoked", func(t *testing.T) {
		open := w.invite(lucia.Email())
		mustSucceed(t)(w.callAs("owner", "POST", "/api/invitations/"+open.ID+"/revoke", nil))
		super("PATCH", row("invitations", open.ID), accepted)("token", "invitation_revoked")
		super("PATCH", row("invitations", open.ID), object{"status": "pending"})("token", "invitation_revoked")
		super("PATCH", row("invitations", open.ID), object{"status": "declined"})("token", "invitation_revoked")
		super("PATCH", row("invitations", open.ID), object{"admin": true})("token", "invitation_revoked")
	})
	t.Run("declined and expired stay, too", func(t *testing.T) {
		open := w.invite(lucia.Email())
		mustSucceed(t)(w.callAs(lucia.Email(), "POST", "/api/invitations/"+open.ID+"/decline", nil))
		super("PATCH", row("invitations", open.ID), accepted)("token", "invitation_declined")
		open = w.invite(lucia.Email())
		w.exec("UPDATE invitations SET expires = '2020-01-01 00:00:00.000Z' WHERE id = {:id}", object{"id": open.ID})
		super("PATCH", row("invitations", open.ID), accepted)("token", "invitation_expired")
		super("PATCH", row("invitations", open.ID), object{"status": "pending", "expires": "2099-01-01 00:00:00.000Z"})("token", "invitation_expired")
	})
	t.Run("only the invited account accepts", func(t *testing.T) {
		open := w.invite("pedro@halation.example")
		super("PATCH", row("invitations", open.ID), accepted)("base", "wrong_account")
		super("PATCH", row("invitations", open.ID), object{"status": "accepted"})("user", "wrong_account")
		pedro := w.newUnverifiedAccount("pedro@halation.example")
		super("PATCH", row("invitations", open.ID), object{"status": "accepted", "user": pedro.Id})("base", "unverified")
		super("PATCH", row("invitations", open.ID), object{"email": lucia.Email()})("base", "fixed")
		super("PATCH", row("invitations", open.ID), object{"team": w.otherTeam.Id})("base", "fixed")
	})
	t.Run("one is pending for an address", func(t *testing.T) {
		w.invite("ines@halation.example")
		offer := object{"team": w.team.Id, "email": "Ines@halation.example", "status": "pending", "expires": "2099-01-01 00:00:00.000Z"}
		super("POST", records("invitations"), offer)("email", "already_invited")
		offer["email"], offer["status"] = "new@halation.example", "accepted"
		super("POST", records("invitations"), offer)("status", "not_pending")
		offer["email"], offer["status"] = "mina@halation.example", "pending"
		super("POST", records("invitations"), offer)("email", "already_member")
		offer["email"], offer["inviter"] = "new@halation.example", w.accounts["member"].Id
		super("POST", records("invitations"), offer)("base", "not_allowed")
	})
	t.Run("no seat beyond the plan", func(t *testing.T) {
		w.setPlan("unlimited")
		open := w.newInvitation()
		w.setPlan("free") // both Admin seats are taken
		super("PATCH", row("memberships", membership("member")), object{"admin": true})("roles", "seats_full")
		super("PATCH", row("invitations", open.ID), object{"admin": true})("roles", "seats_full")
		super("POST", records("memberships"), object{"team": w.team.Id, "user": lucia.Id, "kind": "member", "admin": true})("roles", "seats_full")
		super("POST", records("invitations"), object{"team": w.team.Id, "email": "more@halation.example", "status": "pending", "admin": true,
			"expires": "2099-01-01 00:00:00.000Z"})("roles", "seats_full")
		super("PATCH", row("teams", w.team.Id), object{"admin_seats": 1})("admin_seats", "seats_full")
	})
	t.Run("one Owner, always", func(t *testing.T) {
		owner := membership("owner")
		super("DELETE", row("memberships", owner), nil)("base", "last_owner")
		super("PATCH", row("memberships", owner), object{"owner": false})("base", "last_owner")
		super("PATCH", row("memberships", membership("admin")), object{"owner": true})("base", "last_owner")
		super("PATCH", row("memberships", owner), object{"user": lucia.Id})("base", "fixed")
		super("POST", records("memberships"), object{"team": w.team.Id, "user": lucia.Id, "kind": "member", "owner": true})("owner", "last_owner")
		super("PATCH", row("memberships", membership("guest")), object{"organizer": true})("kind", "guest_role")
		super("DELETE", row("users", w.accounts["owner"].Id), nil)("base", "last_owner")
	})
	t.Run("audit rows are never changed", func(t *testing.T) {
		entry, err := w.App.FindFirstRecordByFilter("audit", "action = 'team.found'")
		if err != nil {
			t.Fatal(err)
		}
		for method, body := range map[string]object{"PATCH": {"actor_name": "Mallory"}, "DELETE": nil} {
			if status, answer := w.callAs("super", method, row("audit", entry.Id), body); status != 400 {
				t.Errorf("%s: %d %s, want 400", method, status, toJSON(answer))
			}
		}
		now, err := w.App.FindRecordById("audit", entry.Id)
		if err != nil || now.GetString("actor_name") != entry.GetString("actor_name") {
			t.Error(now, err)
		}
	})
	if n := hookstest.Count(t, w.App, "memberships", dbx.HashExp{"user": lucia.Id}); n != 0 {
		t.Error("a refused write made a member")
	}
	if n := hookstest.Count(t, w.App, "memberships", dbx.HashExp{"team": w.team.Id, "owner": true}); n != 1 {
		t.Errorf("%d Owners, want 1", n)
	}
}

// TestSuperuser_ValidWrite_IsAccepted shows that the refusals above are not refusals of everything.
func TestSuperuser_ValidWrite_IsAccepted(t *testing.T) {
	w := newFixture(t)
	lucia := w.newAccount("lucia@halation.example")
	open := w.invite(lucia.Email(), "organizer")
	status, body := w.callAs("super", "PATCH", "/api/collections/invitations/records/"+open.ID, object{"status": "accepted", "user": lucia.Id})
	requireOK(t, status, body)
	_, body = w.callAs(lucia.Email(), "GET", w.path(""), nil)
	assertJSON(t, body["roles"], `["organizer"]`)
}
