package hooks_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
	"pgregory.net/rapid"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/billing"
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
		f := newTeamFixture(t, r)
		defer hookstest.CloseApp(f.app)
		r.Repeat(map[string]func(*rapid.T){
			"invite": f.invite, "accept": f.accept, "decline": f.decline, "undo": f.undoDecline, "revoke": f.revoke, "clear": f.clear, "resend": f.resend, "expire": f.expire, "bounce": f.bounce,
			"change roles": f.setRoles, "revoke a role": f.revokeRole, "remove": f.remove, "leave": f.leave,
			"offer the team": f.transfer, "answer the offer": f.transfer,
			"change seats": f.changeSeats, "change the plan": f.changePlan, "delete an account": f.deleteAccount, "delete a record": f.deleteRecord,
			"": f.check,
		})
		if err := audit.Verify(f.app, f.team.Id); err != nil {
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
	f := &teamFixture{t: t, r: r, app: hookstest.NewAppWith(t, config), finalStatus: map[string]string{}, memberIDs: []string{"person000000000", "person000000001"}}
	hookstest.Exec(t, f.app, `INSERT INTO users (id, email, name, verified, password, tokenKey, created, updated)
		WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 7)
		SELECT printf('person%09d', i), printf('p%d@x.example', i), printf('Person %d', i), 1, {:password}, printf('%050d', i), {:now}, {:now} FROM n`,
		dbx.Params{"now": types.NowDateTime().String(), "password": passwordHash()})
	f.team = hookstest.Team(t, f.app, f.account(0), "Halation Post", "free")
	admin := f.account(1)
	if err := f.app.RunInTransaction(func(tx core.App) error { return members.Grant(tx, f.team.Id, admin.Id, actors.Roles{Admin: true}) }); err != nil {
		t.Fatal(err)
	}
	return f
}

// passwordHash is the hash of the password of every account, which is cheap to check.
var passwordHash = sync.OnceValue(func() string {
	collection := core.NewBaseCollection("hashes")
	collection.Fields.Add(&core.PasswordField{Name: "password", Cost: 4})
	r := core.NewRecord(collection)
	r.Set("password", hookstest.Password)
	return r.GetString("password:hash")
})

func (f *teamFixture) account(n int) *core.Record {
	account, err := f.app.FindRecordById("users", fmt.Sprintf("person%09d", n))
	if err != nil {
		return nil
	}
	return account
}

// anyAccount returns a random account: nil if it was deleted.
func (f *teamFixture) anyAccount(r *rapid.T) *core.Record {
	return f.account(rapid.IntRange(0, 7).Draw(r, "person"))
}

// anyActor returns a random actor of the team, usually the Owner; nil if the account isn't in it.
func (f *teamFixture) anyActor(r *rapid.T) *actors.Actor {
	const owner = -1
	n := rapid.SampledFrom([]int{owner, owner, owner, 0, 1, 2, 3}).Draw(r, "actor")
	if n == owner {
		return f.owner()
	}
	return f.actor(f.account(n))
}

func (f *teamFixture) owner() *actors.Actor {
	owner, err := members.FindOwner(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.actor(hookstest.FindRecord(f.t, f.app, "users", owner.UserID()))
}

// actor returns an account as an actor of the team; nil if there is no such account or it isn't in the team.
func (f *teamFixture) actor(account *core.Record) *actors.Actor {
	if account == nil {
		return nil
	}
	team, err := f.app.FindRecordById("teams", f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	actor, err := actors.InTeam(f.app, account, team)
	if err != nil {
		return nil
	}
	return actor
}

func (f *teamFixture) anyRoles(r *rapid.T) actors.Roles {
	return actors.Roles{Admin: rapid.Bool().Draw(r, "admin"), Organizer: rapid.Bool().Draw(r, "organizer")}
}

// anyID returns the id of a random record of the collection, or "".
func (f *teamFixture) anyID(r *rapid.T, collection string) string {
	ids := hookstest.QueryRows(f.t, f.app, "SELECT id FROM "+collection+" ORDER BY rowid DESC LIMIT 8")
	if len(ids) == 0 {
		return ""
	}
	return rapid.SampledFrom(ids).Draw(r, collection)
}

// checkResult checks that an action succeeded or was refused with a code.
func checkResult(r *rapid.T, err error) {
	if err != nil && errs.Code(err) == "" && err != errs.ErrNotFound {
		r.Fatalf("got %v, want success or a refusal", err)
	}
}

func (f *teamFixture) invite(r *rapid.T) {
	actor, n := f.anyActor(r), rapid.IntRange(0, 9).Draw(r, "address")
	if actor == nil {
		return
	}
	_, err := invitations.Invite(f.app, actor, invitations.Request{
		Lines: invitations.ParseLines([]string{fmt.Sprintf("p%d@x.example", n)}), Roles: f.anyRoles(r)})
	checkResult(r, err)
}

func (f *teamFixture) accept(r *rapid.T) {
	account := f.anyAccount(r)
	if account == nil {
		return
	}
	id := f.anyID(r, "invitations")
	if waiting, err := invitations.ListPending(f.app, account); err == nil && len(waiting) > 0 {
		id = waiting[0].Id
	}
	_, err := invitations.Accept(f.app, invitations.Response{Account: account, ID: id})
	checkResult(r, err)
}

func (f *teamFixture) decline(r *rapid.T) {
	if account := f.anyAccount(r); account != nil {
		_, err := invitations.Decline(f.app, invitations.Response{Account: account, ID: f.anyID(r, "invitations")})
		checkResult(r, err)
	}
}

func (f *teamFixture) undoDecline(r *rapid.T) {
	account, id := f.anyAccount(r), f.anyID(r, "invitations")
	if account == nil {
		return
	}
	_, err := invitations.UndoDecline(f.app, invitations.Response{Account: account, ID: id})
	checkResult(r, err)
	if err == nil {
		delete(f.finalStatus, id)
	}
}

func (f *teamFixture) revoke(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		_, err := invitations.Revoke(f.app, actor, f.anyID(r, "invitations"))
		checkResult(r, err)
	}
}

func (f *teamFixture) clear(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		checkResult(r, invitations.Clear(f.app, actor, f.anyID(r, "invitations")))
	}
}

func (f *teamFixture) resend(r *rapid.T) {
	actor := f.anyActor(r)
	if actor == nil {
		return
	}
	hookstest.Exec(f.t, f.app, "UPDATE outbox SET created = {:then}", dbx.Params{"then": record.FormatTime(time.Now().Add(-time.Hour))})
	_, _, err := invitations.Resend(f.app, actor, f.anyID(r, "invitations"))
	checkResult(r, err)
}

// expire lets an invitation pass its expiry; the job may have marked it, or not yet.
func (f *teamFixture) expire(r *rapid.T) {
	hookstest.Exec(f.t, f.app, "UPDATE invitations SET expires = {:then} WHERE id = {:id} AND status = 'pending'",
		dbx.Params{"id": f.anyID(r, "invitations"), "then": record.FormatTime(time.Now().Add(-time.Minute))})
	if rapid.Bool().Draw(r, "marked") {
		checkResult(r, invitations.Expire(f.app))
	}
}

// bounce reports a delivery problem of an email, perhaps one that has been replaced.
func (f *teamFixture) bounce(r *rapid.T) {
	id := f.anyID(r, "outbox")
	hookstest.Exec(f.t, f.app, "UPDATE outbox SET status = 'sent', sealed = '', provider_id = 'at-' || id WHERE id = {:id} AND status = 'queued'",
		dbx.Params{"id": id})
	email := resendtest.Email{ID: "at-" + id}
	event := rapid.SampledFrom([]resendtest.Event{email.Bounced("550 5.1.1 no such user"), email.Complained(), email.Delivered()}).Draw(r, "event")
	checkResult(r, mail.HandleWebhook(f.app, event.Header(time.Now()), event.Body))
}

func (f *teamFixture) setRoles(r *rapid.T) {
	actor, account := f.anyActor(r), f.anyAccount(r)
	if actor != nil && account != nil {
		_, _, err := invitations.SetRoles(f.app, actor, account.Id, f.anyRoles(r), members.Handover{})
		checkResult(r, err)
	}
}

func (f *teamFixture) revokeRole(r *rapid.T) {
	actor, account := f.anyActor(r), f.anyAccount(r)
	if actor != nil && account != nil {
		_, err := members.RevokeRoles(f.app, actor, account.Id, f.anyRoles(r), members.Handover{})
		checkResult(r, err)
	}
}

func (f *teamFixture) remove(r *rapid.T) {
	actor, account := f.anyActor(r), f.anyAccount(r)
	if actor != nil && account != nil {
		_, err := members.Remove(f.app, actor, account.Id, members.Handover{})
		checkResult(r, err)
	}
}

func (f *teamFixture) leave(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		_, err := members.Leave(f.app, actor, members.Handover{})
		checkResult(r, err)
	}
}

// transfer offers the ownership of the team, or answers the offer that is open. Usually, those do who may.
func (f *teamFixture) transfer(r *rapid.T) {
	offer, err := members.FindOffer(f.app, f.team.Id)
	usual := rapid.IntRange(0, 3).Draw(r, "by others") > 0
	actor := f.anyActor(r)
	if err != nil {
		to := f.anyID(r, "users")
		if admins := hookstest.QueryRows(f.t, f.app, "SELECT user FROM memberships WHERE admin ORDER BY rowid"); usual && len(admins) > 0 {
			actor, to = f.owner(), rapid.SampledFrom(admins).Draw(r, "admin")
		}
		if actor != nil {
			_, err := members.OfferOwnership(f.app, actor, to, hookstest.Password)
			checkResult(r, err)
		}
		return
	}
	answers := []func(core.App, *actors.Actor) error{members.AcceptOwnership, members.AcceptOwnership, members.DeclineOwnership, members.WithdrawOwnership}
	answer := rapid.SampledFrom(answers).Draw(r, "answer")
	if usual {
		actor = f.actor(hookstest.FindRecord(f.t, f.app, "users", offer.AdminID()))
	}
	if actor != nil {
		checkResult(r, answer(f.app, actor))
	}
}

// changePlan orders another plan with some add-ons, which is applied immediately.
func (f *teamFixture) changePlan(r *rapid.T) {
	if actor := f.anyActor(r); actor != nil {
		_, err := billing.Submit(f.app, actor, billing.Order{Plan: rapid.SampledFrom([]string{"free", "free", "pro", "unlimited"}).Draw(r, "plan"),
			Addons: map[string]int{"admin-seat": rapid.IntRange(0, 2).Draw(r, "admin seats"), "organizer-seat": rapid.IntRange(0, 2).Draw(r, "organizer seats")}})
		checkResult(r, err)
	}
}

// changeSeats changes seats as a plan or the dashboard does.
func (f *teamFixture) changeSeats(r *rapid.T) {
	team, err := f.app.FindRecordById("teams", f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	team.Set("admin_seats", rapid.IntRange(-1, 4).Draw(r, "admins"))
	team.Set("organizer_seats", rapid.IntRange(-1, 4).Draw(r, "organizers"))
	checkResult(r, f.app.Save(team))
}

func (f *teamFixture) deleteAccount(r *rapid.T) {
	if account := f.account(rapid.IntRange(4, 7).Draw(r, "person")); account != nil {
		checkResult(r, f.app.Delete(account))
	}
}

// deleteRecord deletes a record as the dashboard can.
func (f *teamFixture) deleteRecord(r *rapid.T) {
	collection := rapid.SampledFrom([]string{"memberships", "invitations"}).Draw(r, "collection")
	if found, err := f.app.FindRecordById(collection, f.anyID(r, collection)); err == nil {
		checkResult(r, f.app.Delete(found))
	}
}

// check checks the invariants that hold after each action.
func (f *teamFixture) check(r *rapid.T) {
	now := types.NowDateTime().String()
	open := "status = 'pending' AND expires > '" + now + "'"
	if faults := hookstest.PeopleIndexErrors(f.t, f.app); len(faults) > 0 {
		r.Fatal(strings.Join(faults, "\n"))
	}
	for what, query := range map[string]string{
		"not exactly one Owner": "SELECT t.name FROM teams t WHERE 1 != (SELECT count(*) FROM memberships WHERE team = t.id AND owner)",
		"an offer of ownership that isn't from the Owner to an Admin": `SELECT o.id FROM ownership_offers o WHERE status = 'pending'
			AND (SELECT count(*) FROM memberships WHERE team = o.team AND (user = o.owner AND owner OR user = o.admin AND admin)) != 2`,
		"two offers of ownership": "SELECT team FROM ownership_offers WHERE status = 'pending' GROUP BY team HAVING count(*) > 1",
		"invited twice":           "SELECT email FROM invitations WHERE " + open + " GROUP BY team, email HAVING count(*) > 1",
	} {
		if rows := hookstest.QueryRows(f.t, f.app, query); len(rows) > 0 {
			r.Fatalf("%s: %v, want at most 0", what, rows)
		}
	}
	f.checkSeats(r, open)
	f.checkInvitations(r)
}

// checkSeats checks that used seats are within the team's limits and match a fresh count.
func (f *teamFixture) checkSeats(r *rapid.T, open string) {
	now, err := seats.Of(f.app, f.team.Id)
	if err != nil {
		f.t.Fatal(err)
	}
	counted := hookstest.QueryRows(f.t, f.app, `SELECT (SELECT count(*) FROM memberships WHERE owner OR admin), (SELECT count(*) FROM memberships WHERE organizer),
		(SELECT count(*) FROM invitations WHERE admin AND `+open+"), (SELECT count(*) FROM invitations WHERE organizer AND "+open+")")
	said := fmt.Sprint(now.Admin.Used, now.Organizer.Used, now.Admin.Reserved, now.Organizer.Reserved)
	if counted[0] != said {
		r.Fatalf("got seats %s, want %s", said, counted[0])
	}
	for _, c := range []seats.Count{now.Admin, now.Organizer} {
		if c.Limit >= 0 && c.Used+c.Reserved > c.Limit {
			r.Fatalf("got %+v, want at most the seats of the team", now)
		}
	}
}

// checkInvitations checks that an ended invitation stays as it ended, and that people join only by accepting one.
func (f *teamFixture) checkInvitations(r *rapid.T) {
	var accepted []string
	for _, row := range hookstest.QueryRows(f.t, f.app, "SELECT id, status, user FROM invitations") {
		field := strings.Fields(row)
		id, status := field[0], field[1]
		if was := f.finalStatus[id]; was != "" && was != status {
			r.Fatalf("a final invitation changed from %s to %s", was, status)
		}
		if status == invitations.Accepted && f.finalStatus[id] == "" {
			accepted = append(accepted, field[2])
		}
		if status != invitations.Pending {
			f.finalStatus[id] = status
		}
	}
	in := hookstest.QueryRows(f.t, f.app, "SELECT user FROM memberships")
	for _, user := range in {
		if !slices.Contains(f.memberIDs, user) && !slices.Contains(accepted, user) {
			r.Fatalf("%s joined the team without accepting an invitation", user)
		}
	}
	f.memberIDs = in
}
