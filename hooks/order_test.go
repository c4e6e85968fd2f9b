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
	"usher/hooks/tools/errs"
)

// Random histories of actions in any order: the rules of a team hold after each one.
func TestTeamRules_RandomHistory(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("50")
	}
	rapid.Check(t, func(r *rapid.T) {
		h := newTeamFixture(t, r)
		defer hookstest.CloseApp(h.app)
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

// teamFixture is a team with few seats, and people who are in it or could join.
type teamFixture struct {
	t           *testing.T
	r           *rapid.T
	app         *core.BaseApp
	team        *teams.Team
	finalStatus map[string]string // final status of each invitation
	memberIDs   []string          // accounts in the team before the last action
}

func newTeamFixture(t *testing.T, r *rapid.T) *teamFixture {
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = "re_test", "http://127.0.0.1:1", resendtest.WebhookSecret
	h := &teamFixture{t: t, r: r, app: hookstest.NewAppWith(t, config), finalStatus: map[string]string{}, memberIDs: []string{"person000000000"}}
	hookstest.Exec(t, h.app, `INSERT INTO users (id, email, name, verified, password, tokenKey, created, updated)
		WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 7)
		SELECT printf('person%09d', i), printf('p%d@x.example', i), printf('Person %d', i), 1, '-', printf('%050d', i), {:now}, {:now} FROM n`,
		dbx.Params{"now": types.NowDateTime().String()})
	h.team = hookstest.Team(t, h.app, h.account(0), "Halation Post", "free")
	return h
}

func (h *teamFixture) account(n int) *core.Record {
	account, err := h.app.FindRecordById("users", fmt.Sprintf("person%09d", n))
	if err != nil {
		return nil
	}
	return account
}

// anyAccount returns a random account: nil if it was deleted.
func (h *teamFixture) anyAccount(r *rapid.T) *core.Record {
	return h.account(rapid.IntRange(0, 7).Draw(r, "person"))
}

// anyActor returns a random actor of the team, usually the Owner; nil if the account isn't in it.
func (h *teamFixture) anyActor(r *rapid.T) *actors.Actor {
	account := h.account(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(r, "actor"))
	if account == nil {
		return nil
	}
	team, err := h.app.FindRecordById("teams", h.team.Id)
	if err != nil {
		h.t.Fatal(err)
	}
	actor, err := actors.InTeam(h.app, account, team)
	if err != nil {
		return nil
	}
	return actor
}

func (h *teamFixture) anyRoles(r *rapid.T) actors.Roles {
	return actors.Roles{Admin: rapid.Bool().Draw(r, "admin"), Organizer: rapid.Bool().Draw(r, "organizer")}
}

// anyID returns the id of a random record of the collection, or "".
func (h *teamFixture) anyID(r *rapid.T, collection string) string {
	ids := hookstest.QueryRows(h.t, h.app, "SELECT id FROM "+collection+" ORDER BY rowid DESC LIMIT 8")
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(r, collection)
}

// checkResult checks that an action succeeded or was refused with a code.
func checkResult(r *rapid.T, err error) {
	if err != nil && errs.Code(err) == "" && err != errs.NotFound {
		r.Fatalf("neither done nor refused: %v", err)
	}
}

func (h *teamFixture) invite(r *rapid.T) {
	actor, n := h.anyActor(r), rapid.IntRange(0, 9).Draw(r, "address")
	if actor == nil {
		return
	}
	_, err := invitations.Invite(h.app, actor, invitations.Request{
		Lines: invitations.ParseLines([]string{fmt.Sprintf("p%d@x.example", n)}), Roles: h.anyRoles(r)})
	checkResult(r, err)
}

func (h *teamFixture) accept(r *rapid.T) {
	account := h.anyAccount(r)
	if account == nil {
		return
	}
	id := h.anyID(r, "invitations")
	if waiting, err := invitations.ListPending(h.app, account); err == nil && len(waiting) > 0 {
		id = waiting[0].Id
	}
	_, err := invitations.Accept(h.app, invitations.Response{Account: account, ID: id})
	checkResult(r, err)
}

func (h *teamFixture) decline(r *rapid.T) {
	if account := h.anyAccount(r); account != nil {
		_, err := invitations.Decline(h.app, invitations.Response{Account: account, ID: h.anyID(r, "invitations")})
		checkResult(r, err)
	}
}

func (h *teamFixture) revoke(r *rapid.T) {
	if actor := h.anyActor(r); actor != nil {
		_, err := invitations.Revoke(h.app, actor, h.anyID(r, "invitations"))
		checkResult(r, err)
	}
}

func (h *teamFixture) resend(r *rapid.T) {
	actor := h.anyActor(r)
	if actor == nil {
		return
	}
	hookstest.Exec(h.t, h.app, "UPDATE outbox SET created = {:then}", dbx.Params{"then": record.FormatTime(time.Now().Add(-time.Hour))})
	_, _, err := invitations.Resend(h.app, actor, h.anyID(r, "invitations"))
	checkResult(r, err)
}

// expire lets an invitation pass its expiry; the job may have marked it, or not yet.
func (h *teamFixture) expire(r *rapid.T) {
	hookstest.Exec(h.t, h.app, "UPDATE invitations SET expires = {:then} WHERE id = {:id} AND status = 'pending'",
		dbx.Params{"id": h.anyID(r, "invitations"), "then": record.FormatTime(time.Now().Add(-time.Minute))})
	if rapid.Bool().Draw(r, "noted") {
		checkResult(r, invitations.Expire(h.app))
	}
}

// bounce reports a delivery problem of an email, perhaps one that has been replaced.
func (h *teamFixture) bounce(r *rapid.T) {
	id := h.anyID(r, "outbox")
	hookstest.Exec(h.t, h.app, "UPDATE outbox SET status = 'sent', sealed = '', provider_id = 'at-' || id WHERE id = {:id} AND status = 'queued'",
		dbx.Params{"id": id})
	email := resendtest.Email{ID: "at-" + id}
	event := rapid.SampledFrom([]resendtest.Event{email.Bounced("550 5.1.1 no such user"), email.Complained(), email.Delivered()}).Draw(r, "event")
	checkResult(r, mail.HandleWebhook(h.app, event.Header(time.Now()), event.Body))
}

func (h *teamFixture) setRoles(r *rapid.T) {
	actor, account := h.anyActor(r), h.anyAccount(r)
	if actor != nil && account != nil {
		_, _, err := invitations.SetRoles(h.app, actor, account.Id, h.anyRoles(r), "")
		checkResult(r, err)
	}
}

func (h *teamFixture) revokeRole(r *rapid.T) {
	actor, account := h.anyActor(r), h.anyAccount(r)
	if actor != nil && account != nil {
		checkResult(r, members.RevokeRoles(h.app, actor, account.Id, h.anyRoles(r)))
	}
}

func (h *teamFixture) remove(r *rapid.T) {
	actor, account := h.anyActor(r), h.anyAccount(r)
	if actor != nil && account != nil {
		_, err := members.Remove(h.app, actor, account.Id)
		checkResult(r, err)
	}
}

func (h *teamFixture) leave(r *rapid.T) {
	if actor := h.anyActor(r); actor != nil {
		_, err := members.Leave(h.app, actor)
		checkResult(r, err)
	}
}

// changeSeats changes seats as a plan or the dashboard does.
func (h *teamFixture) changeSeats(r *rapid.T) {
	team, err := h.app.FindRecordById("teams", h.team.Id)
	if err != nil {
		h.t.Fatal(err)
	}
	team.Set("admin_seats", rapid.IntRange(-1, 4).Draw(r, "admins"))
	team.Set("organizer_seats", rapid.IntRange(-1, 4).Draw(r, "organizers"))
	checkResult(r, h.app.Save(team))
}

func (h *teamFixture) deleteAccount(r *rapid.T) {
	if account := h.account(rapid.IntRange(4, 7).Draw(r, "person")); account != nil {
		checkResult(r, h.app.Delete(account))
	}
}

// deleteRecord deletes a record as the dashboard can.
func (h *teamFixture) deleteRecord(r *rapid.T) {
	collection := rapid.SampledFrom([]string{"memberships", "invitations"}).Draw(r, "collection")
	if found, err := h.app.FindRecordById(collection, h.anyID(r, collection)); err == nil {
		checkResult(r, h.app.Delete(found))
	}
}

// check checks the invariants that hold after each action.
func (h *teamFixture) check(r *rapid.T) {
	now := types.NowDateTime().String()
	open := "status = 'pending' AND expires > '" + now + "'"
	if faults := hookstest.PeopleIndexErrors(h.t, h.app); len(faults) > 0 {
		r.Fatal(strings.Join(faults, "\n"))
	}
	for what, query := range map[string]string{
		"no Owner, or two": "SELECT t.name FROM teams t WHERE 1 != (SELECT count(*) FROM memberships WHERE team = t.id AND owner)",
		"asked twice":      "SELECT email FROM invitations WHERE " + open + " GROUP BY team, email HAVING count(*) > 1",
	} {
		if rows := hookstest.QueryRows(h.t, h.app, query); len(rows) > 0 {
			r.Fatalf("%s: %v", what, rows)
		}
	}
	h.checkSeats(r, open)
	h.checkInvitations(r)
}

// checkSeats checks that used seats are within the team's limits and match a fresh count.
func (h *teamFixture) checkSeats(r *rapid.T, open string) {
	now, err := seats.Of(h.app, h.team.Id)
	if err != nil {
		h.t.Fatal(err)
	}
	counted := hookstest.QueryRows(h.t, h.app, `SELECT (SELECT count(*) FROM memberships WHERE owner OR admin), (SELECT count(*) FROM memberships WHERE organizer),
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

// checkInvitations checks that an ended invitation stays as it ended, and that people join only by accepting one.
func (h *teamFixture) checkInvitations(r *rapid.T) {
	var accepted []string
	for _, row := range hookstest.QueryRows(h.t, h.app, "SELECT id, status, user FROM invitations") {
		field := strings.Fields(row)
		id, status := field[0], field[1]
		if was := h.finalStatus[id]; was != "" && was != status {
			r.Fatalf("an invitation was %s and is %s", was, status)
		}
		if status == invitations.Accepted && h.finalStatus[id] == "" {
			accepted = append(accepted, field[2])
		}
		if status != invitations.Pending {
			h.finalStatus[id] = status
		}
	}
	in := hookstest.QueryRows(h.t, h.app, "SELECT user FROM memberships")
	for _, user := range in {
		if !slices.Contains(h.memberIDs, user) && !slices.Contains(accepted, user) {
			r.Fatalf("%s is in the team and accepted nothing", user)
		}
	}
	h.memberIDs = in
}
