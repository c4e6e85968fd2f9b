package hooks_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
	"pgregory.net/rapid"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/seats"
	"usher/hooks/teams"
)

// Whatever people do, and in whatever order, the rules of a team hold after each deed.
func TestTheRulesHoldInAnyOrder(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("50")
	}
	rapid.Check(t, func(r *rapid.T) {
		h := newHouse(t, r)
		defer hookstest.Close(h.app)
		r.Repeat(map[string]func(*rapid.T){
			"invite": h.invite, "accept": h.accept, "decline": h.decline, "revoke": h.revoke, "resend": h.resend, "expire": h.expire, "bounce": h.bounce,
			"change roles": h.setRoles, "revoke a role": h.revokeRole, "remove": h.remove, "leave": h.leave,
			"change seats": h.changeSeats, "delete an account": h.deleteAccount, "delete a record": h.deleteRecord,
			"": h.check,
		})
		if err := audit.Verify(h.app, h.team.Id); err != nil {
			r.Fatal(err)
		}
	})
}

// house is a team with few seats, and people who are in it or could be.
type house struct {
	t     *testing.T
	r     *rapid.T
	app   *core.BaseApp
	team  *teams.Team
	ended map[string]string // how each invitation ended
	in    []string          // accounts in the team after the deed before
}

func newHouse(t *testing.T, r *rapid.T) *house {
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = "re_test", "http://127.0.0.1:1", resendtest.WebhookSecret
	h := &house{t: t, r: r, app: hookstest.NewWith(t, config), ended: map[string]string{}, in: []string{"person000000000"}}
	hookstest.Exec(t, h.app, `INSERT INTO users (id, email, name, verified, password, tokenKey, created, updated)
		WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 7)
		SELECT printf('person%09d', i), printf('p%d@x.example', i), printf('Person %d', i), 1, '-', printf('%050d', i), {:now}, {:now} FROM n`,
		dbx.Params{"now": types.NowDateTime().String()})
	h.team = hookstest.Team(t, h.app, h.account(0), "Halation Post", "free")
	return h
}

func (h *house) account(n int) *core.Record {
	account, err := h.app.FindRecordById("users", fmt.Sprintf("person%09d", n))
	if err != nil {
		return nil
	}
	return account
}

// person is somebody: nil if the account was deleted.
func (h *house) person(r *rapid.T) *core.Record {
	return h.account(rapid.IntRange(0, 7).Draw(r, "person"))
}

// actor is somebody who acts in the team, mostly the Owner; nil if he is not in it.
func (h *house) actor(r *rapid.T) *actors.Actor {
	account := h.account(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(r, "actor"))
	if account == nil {
		return nil
	}
	team, err := h.app.FindRecordById("teams", h.team.Id)
	if err != nil {
		h.t.Fatal(err)
	}
	actor, err := actors.In(h.app, account, team)
	if err != nil {
		return nil
	}
	return actor
}

func (h *house) roles(r *rapid.T) actors.Roles {
	return actors.Roles{Admin: rapid.Bool().Draw(r, "admin"), Organizer: rapid.Bool().Draw(r, "organizer")}
}

// any is the id of some record of the collection, or "".
func (h *house) any(r *rapid.T, collection string) string {
	ids := hookstest.Rows(h.t, h.app, "SELECT id FROM "+collection+" ORDER BY rowid DESC LIMIT 8")
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(r, collection)
}

// came judges what a deed came to: done, or refused with a code, and nothing else.
func came(r *rapid.T, err error) {
	if err != nil && record.Code(err) == "" && err != record.ErrNotFound {
		r.Fatalf("neither done nor refused: %v", err)
	}
}

func (h *house) invite(r *rapid.T) {
	actor, n := h.actor(r), rapid.IntRange(0, 9).Draw(r, "address")
	if actor == nil {
		return
	}
	_, err := invitations.Invite(h.app, actor, invitations.Offer{
		Lines: invitations.Addresses([]string{fmt.Sprintf("p%d@x.example", n)}), Roles: h.roles(r)})
	came(r, err)
}

func (h *house) accept(r *rapid.T) {
	account := h.person(r)
	if account == nil {
		return
	}
	id := h.any(r, "invitations")
	if waiting, err := invitations.Waiting(h.app, account); err == nil && len(waiting) > 0 {
		id = waiting[0].Id
	}
	_, err := invitations.Accept(h.app, invitations.Answer{Account: account, ID: id})
	came(r, err)
}

func (h *house) decline(r *rapid.T) {
	if account := h.person(r); account != nil {
		_, err := invitations.Decline(h.app, invitations.Answer{Account: account, ID: h.any(r, "invitations")})
		came(r, err)
	}
}

func (h *house) revoke(r *rapid.T) {
	if actor := h.actor(r); actor != nil {
		_, err := invitations.Revoke(h.app, actor, h.any(r, "invitations"))
		came(r, err)
	}
}

func (h *house) resend(r *rapid.T) {
	actor := h.actor(r)
	if actor == nil {
		return
	}
	hookstest.Exec(h.t, h.app, "UPDATE outbox SET created = {:then}", dbx.Params{"then": record.Stamp(time.Now().Add(-time.Hour))})
	_, _, err := invitations.Resend(h.app, actor, h.any(r, "invitations"))
	came(r, err)
}

// expire lets a week pass for one invitation; a job may note it, or not yet.
func (h *house) expire(r *rapid.T) {
	hookstest.Exec(h.t, h.app, "UPDATE invitations SET expires = {:then} WHERE id = {:id} AND status = 'pending'",
		dbx.Params{"id": h.any(r, "invitations"), "then": record.Stamp(time.Now().Add(-time.Minute))})
	if rapid.Bool().Draw(r, "noted") {
		came(r, invitations.Expire(h.app))
	}
}

// bounce lets the provider report of a letter, perhaps of one that was replaced.
func (h *house) bounce(r *rapid.T) {
	id := h.any(r, "outbox")
	hookstest.Exec(h.t, h.app, "UPDATE outbox SET status = 'sent', sealed = '', provider_id = 'at-' || id WHERE id = {:id} AND status = 'queued'",
		dbx.Params{"id": id})
	letter := resendtest.Sent{ID: "at-" + id}
	event := rapid.SampledFrom([]resendtest.Event{letter.Bounced("550 5.1.1 no such user"), letter.Complained(), letter.Delivered()}).Draw(r, "event")
	came(r, mail.Report(h.app, event.Header(time.Now()), event.Body))
}

func (h *house) setRoles(r *rapid.T) {
	actor, account := h.actor(r), h.person(r)
	if actor != nil && account != nil {
		_, _, err := invitations.SetRoles(h.app, actor, account.Id, h.roles(r), "")
		came(r, err)
	}
}

func (h *house) revokeRole(r *rapid.T) {
	actor, account := h.actor(r), h.person(r)
	if actor != nil && account != nil {
		came(r, members.RevokeRoles(h.app, actor, account.Id, h.roles(r)))
	}
}

func (h *house) remove(r *rapid.T) {
	actor, account := h.actor(r), h.person(r)
	if actor != nil && account != nil {
		_, err := members.Remove(h.app, actor, account.Id)
		came(r, err)
	}
}

func (h *house) leave(r *rapid.T) {
	if actor := h.actor(r); actor != nil {
		_, err := members.Leave(h.app, actor)
		came(r, err)
	}
}

// changeSeats is what a plan or the dashboard does.
func (h *house) changeSeats(r *rapid.T) {
	team, err := h.app.FindRecordById("teams", h.team.Id)
	if err != nil {
		h.t.Fatal(err)
	}
	team.Set("admin_seats", rapid.IntRange(-1, 4).Draw(r, "admins"))
	team.Set("organizer_seats", rapid.IntRange(-1, 4).Draw(r, "organizers"))
	came(r, h.app.Save(team))
}

func (h *house) deleteAccount(r *rapid.T) {
	if account := h.account(rapid.IntRange(4, 7).Draw(r, "person")); account != nil {
		came(r, h.app.Delete(account))
	}
}

// deleteRecord is what the dashboard can do.
func (h *house) deleteRecord(r *rapid.T) {
	collection := rapid.SampledFrom([]string{"memberships", "invitations"}).Draw(r, "collection")
	if found, err := h.app.FindRecordById(collection, h.any(r, collection)); err == nil {
		came(r, h.app.Delete(found))
	}
}

// check is everything that is true after each deed.
func (h *house) check(r *rapid.T) {
	now := types.NowDateTime().String()
	open := "status = 'pending' AND expires > '" + now + "'"
	if faults := hookstest.ListFaults(h.t, h.app); len(faults) > 0 {
		r.Fatal(strings.Join(faults, "\n"))
	}
	for what, query := range map[string]string{
		"no Owner, or two": "SELECT t.name FROM teams t WHERE 1 != (SELECT count(*) FROM memberships WHERE team = t.id AND owner)",
		"asked twice":      "SELECT email FROM invitations WHERE " + open + " GROUP BY team, email HAVING count(*) > 1",
	} {
		if rows := hookstest.Rows(h.t, h.app, query); len(rows) > 0 {
			r.Fatalf("%s: %v", what, rows)
		}
	}
	h.seats(r, open)
	h.final(r)
}

// seats are within what the team has, and are what a count from nothing finds.
func (h *house) seats(r *rapid.T, open string) {
	now, err := seats.Of(h.app, h.team.Id)
	if err != nil {
		h.t.Fatal(err)
	}
	counted := hookstest.Rows(h.t, h.app, `SELECT (SELECT count(*) FROM memberships WHERE owner OR admin), (SELECT count(*) FROM memberships WHERE organizer),
		(SELECT count(*) FROM invitations WHERE admin AND `+open+"), (SELECT count(*) FROM invitations WHERE organizer AND "+open+")")
	said := fmt.Sprint(now.Admin.Used, now.Organizer.Used, now.Admin.Reserved, now.Organizer.Reserved)
	if counted[0] != said {
		r.Fatalf("seats say %s, a count says %s", said, counted[0])
	}
	for _, c := range []seats.Count{now.Admin, now.Organizer} {
		if c.Limit >= 0 && c.Used+c.Reserved > c.Limit {
			r.Fatalf("too many seats: %+v", now)
		}
	}
}

// final keeps that an invitation which has ended stays as it ended, and that people come in by accepting one, and
// by no other deed.
func (h *house) final(r *rapid.T) {
	var accepted []string
	for _, row := range hookstest.Rows(h.t, h.app, "SELECT id, status, user FROM invitations") {
		field := strings.Fields(row)
		id, status := field[0], field[1]
		if was := h.ended[id]; was != "" && was != status {
			r.Fatalf("an invitation was %s and is %s", was, status)
		}
		if status == invitations.Accepted && h.ended[id] == "" {
			accepted = append(accepted, field[2])
		}
		if status != invitations.Pending {
			h.ended[id] = status
		}
	}
	in := hookstest.Rows(h.t, h.app, "SELECT user FROM memberships")
	for _, user := range in {
		if !slices.Contains(h.in, user) && !slices.Contains(accepted, user) {
			r.Fatalf("%s is in the team and accepted nothing", user)
		}
	}
	h.in = in
}
