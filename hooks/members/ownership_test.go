package members_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/administrators"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
)

// offer offers the team to a user as the Owner.
func (p *fixture) offer(who string) *members.Offer {
	p.Helper()
	offer, err := members.OfferOwnership(p.app, p.actor("owner"), p.users[who].Id, hookstest.Password)
	p.must(err)
	return offer
}

func (p *fixture) offerStatus(offer *members.Offer) string {
	p.Helper()
	return hookstest.FindRecord(p.T, p.app, "ownership_offers", offer.Id).GetString("status")
}

// assertOwner checks who the Owner is, and that everyone keeps their seat.
func (p *fixture) assertOwner(who string) {
	p.Helper()
	owner, err := members.FindOwner(p.app, p.team.Id)
	p.must(err)
	if owner.UserID() != p.users[who].Id || p.countOwners() != 1 {
		p.Errorf("%d Owners, one is %s; want %s", p.countOwners(), owner.UserID(), p.users[who].Id)
	}
}

func (p *fixture) adminSeats() int {
	p.Helper()
	now, err := seats.Of(p.app, p.team.Id)
	p.must(err)
	if n := hookstest.Count(p.T, p.app, "memberships", dbx.HashExp{"team": p.team.Id}, dbx.NewExp("(owner OR admin)")); n != now.Admin.Used {
		p.Errorf("%d Admin seats counted, %d used", now.Admin.Used, n)
	}
	return now.Admin.Used
}

func (p *fixture) countEmails(kind, who string) int {
	p.Helper()
	return hookstest.Count(p.T, p.app, "outbox", dbx.HashExp{"kind": kind, "recipient": p.users[who].Email()})
}

func TestAcceptOwnership_SwapsRolesAndSeats(t *testing.T) {
	p := newFixture(t, false)
	p.team.Set("admin_seats", 3) // all are taken
	p.must(p.app.Save(p.team))
	offer := p.offer("admin2")
	p.assertOwner("owner")
	if p.countEmails(mail.KindOwnershipOffer, "admin2") != 1 {
		t.Error("no email with the offer")
	}
	p.must(members.AcceptOwnership(p.app, p.actor("admin2")))
	p.assertOwner("admin2")
	if roles := p.membership("admin2").Roles(); roles.Admin || !roles.Organizer {
		t.Errorf("the new Owner has %v", roles.Names())
	}
	if roles := p.membership("owner").Roles(); !roles.Admin || !roles.Organizer {
		t.Errorf("the previous Owner has %v, want Admin and Organizer", roles.Names())
	}
	if n := p.adminSeats(); n != 3 {
		t.Errorf("%d Admin seats, want 3", n)
	}
	if p.offerStatus(offer) != members.OfferAccepted {
		t.Errorf("the offer is %s", p.offerStatus(offer))
	}
	for _, who := range []string{"owner", "admin2"} {
		if p.countEmails(mail.KindOwnerChanged, who) != 1 {
			t.Errorf("%s got no email", who)
		}
	}
	hookstest.AssertCode(t, "accept again", members.AcceptOwnership(p.app, p.actor("admin2")), members.CodeOfferEnded)
	_, err := members.Leave(p.app, p.actor("admin2"), members.Handover{})
	hookstest.AssertCode(t, "the new Owner leaves", err, members.CodeLastOwner)
	if _, err := members.Leave(p.app, p.actor("owner"), members.Handover{}); err != nil {
		t.Errorf("the previous Owner can't leave: %v", err)
	}
	p.must(p.app.Delete(p.users["owner"]))
	hookstest.AssertPeopleIndex(t, p.app)
}

func TestOfferOwnership_Refusals(t *testing.T) {
	p := newFixture(t, true)
	for _, s := range []struct{ by, to, password, code string }{
		{"admin", "admin2", hookstest.Password, "not_allowed"},
		{"organizer", "admin", hookstest.Password, "not_allowed"},
		{"guest", "admin", hookstest.Password, "not_allowed"},
		{"owner", "owner", hookstest.Password, members.CodeNotAdmin},
		{"owner", "organizer", hookstest.Password, members.CodeNotAdmin},
		{"owner", "member", hookstest.Password, members.CodeNotAdmin},
		{"owner", "guest", hookstest.Password, members.CodeNotAdmin},
		{"owner", "admin", "not the password", accounts.CodeBadSignIn},
	} {
		_, err := members.OfferOwnership(p.app, p.actor(s.by), p.users[s.to].Id, s.password)
		hookstest.AssertCode(t, s.by+" offers to "+s.to, err, s.code)
	}
	if _, err := members.OfferOwnership(p.app, p.actor("owner"), p.users["stranger"].Id, hookstest.Password); err == nil {
		t.Error("offered to someone outside of the team")
	}
	p.offer("admin")
	_, err := members.OfferOwnership(p.app, p.actor("owner"), p.users["admin2"].Id, hookstest.Password)
	hookstest.AssertCode(t, "a second offer", err, members.CodeOfferPending)
	hookstest.AssertCode(t, "an Admin withdraws it", members.WithdrawOwnership(p.app, p.actor("admin2")), "not_allowed")
	hookstest.AssertCode(t, "another Admin accepts it", members.AcceptOwnership(p.app, p.actor("admin2")), "not_allowed")
	hookstest.AssertCode(t, "another Admin declines it", members.DeclineOwnership(p.app, p.actor("admin2")), "not_allowed")
	p.assertOwner("owner")
}

func TestOffer_EndedWhileUnanswered(t *testing.T) {
	for name, s := range map[string]struct {
		end    func(p *fixture)
		status string
	}{
		"withdrawn": {func(p *fixture) { p.must(members.WithdrawOwnership(p.app, p.actor("owner"))) }, members.OfferWithdrawn},
		"declined":  {func(p *fixture) { p.must(members.DeclineOwnership(p.app, p.actor("admin"))) }, members.OfferDeclined},
		"demoted": {func(p *fixture) {
			m := p.membership("admin")
			m.Set("admin", false)
			p.must(p.app.Save(m))
		}, members.OfferLapsed},
		"expired": {func(p *fixture) {
			hookstest.Exec(p.T, p.app, "UPDATE ownership_offers SET expires = '2026-01-01 00:00:00.000Z'", nil)
		}, members.OfferPending},
		"expired and demoted": {func(p *fixture) {
			hookstest.Exec(p.T, p.app, "UPDATE ownership_offers SET expires = '2026-01-01 00:00:00.000Z'", nil)
			m := p.membership("admin")
			m.Set("admin", false)
			p.must(p.app.Save(m))
		}, members.OfferExpired},
		"set by command": {func(p *fixture) {
			p.must(members.SetOwner(p.app, administrators.CommandEntry(""), p.team.Id, p.users["admin2"], true))
		}, members.OfferLapsed},
	} {
		t.Run(name, func(t *testing.T) {
			p := newFixture(t, false)
			offer := p.offer("admin")
			s.end(p)
			if got := p.offerStatus(offer); got != s.status {
				t.Errorf("%s, want %s", got, s.status)
			}
			hookstest.AssertCode(t, "accept", members.AcceptOwnership(p.app, p.actor("admin")), members.CodeOfferEnded)
			stored := hookstest.FindRecord(t, p.app, "ownership_offers", offer.Id)
			stored.Set("status", members.OfferAccepted)
			hookstest.AssertCode(t, "accept in the database", p.app.Save(stored), members.CodeOfferEnded)
			if name != "set by command" {
				p.assertOwner("owner")
				m := p.membership("admin")
				m.Set("admin", true)
				p.must(p.app.Save(m))
				p.offer("admin") // again
			}
		})
	}
}

func TestOffer_AdminOrTeamDeleted_GoesWithThem(t *testing.T) {
	p := newFixture(t, false)
	p.offer("admin")
	p.must(p.app.Delete(p.users["admin"]))
	p.offer("admin2")
	p.remove("admin2")
	p.must(teams.Delete(p.app, p.actor("owner"), p.team.Name()))
	if n := hookstest.Count(t, p.app, "ownership_offers"); n != 0 {
		t.Errorf("%d offers are left", n)
	}
}

func TestOfferRules_EveryWriter(t *testing.T) {
	p := newFixture(t, false)
	values := func(owner, admin, status string, expires time.Time) map[string]any {
		return map[string]any{"team": p.team.Id, "owner": p.users[owner].Id, "admin": p.users[admin].Id, "status": status, "expires": expires}
	}
	later := time.Now().Add(time.Hour)
	for _, s := range []struct {
		what, code string
		values     map[string]any
	}{
		{"from an Admin", "not_allowed", values("admin", "admin2", "pending", later)},
		{"to a member", members.CodeNotAdmin, values("owner", "member", "pending", later)},
		{"to someone else", members.CodeNotAdmin, values("owner", "stranger", "pending", later)},
		{"accepted", members.CodeOfferEnded, values("owner", "admin", "accepted", later)},
		{"expired", members.CodeOfferEnded, values("owner", "admin", "pending", time.Now().Add(-time.Hour))},
	} {
		hookstest.AssertCode(t, s.what, p.app.Save(hookstest.NewRecord(t, p.app, "ownership_offers", s.values)), s.code)
	}
	stored := hookstest.FindRecord(t, p.app, "ownership_offers", p.offer("admin").Id)
	stored.Set("admin", p.users["admin2"].Id)
	hookstest.AssertCode(t, "to another Admin", p.app.Save(stored), "fixed")
	stored = hookstest.FindRecord(t, p.app, "ownership_offers", stored.Id)
	stored.Set("status", members.OfferAccepted) // in the dashboard
	p.must(p.app.Save(stored))
	p.assertOwner("admin")
}

// Two answers at the same time: one wins, and the Owner is who it says.
func TestOffer_ConcurrentAnswers_OneWins(t *testing.T) {
	for name, race := range map[string][]func(p *fixture) error{
		"accept twice":             {accept, accept, accept, accept},
		"accept against withdraw":  {accept, withdraw, accept, withdraw},
		"accept against decline":   {accept, decline, accept, decline},
		"accept against demotion":  {accept, demote},
		"accept against removal":   {accept, removeAdmin},
		"accept against departure": {accept, leaveAsAdmin},
	} {
		t.Run(name, func(t *testing.T) {
			p := newFixture(t, false)
			hookstest.SlowWrites(p.app, "ownership_offers", "memberships")
			offer := p.offer("admin")
			won := hookstest.CountSucceeded(t, hookstest.Race(len(race), func(i int) error { return race[i](p) }),
				members.CodeOfferEnded, members.CodeLastOwner, "not_allowed", "no_such_role", "")
			if won != 1 {
				t.Errorf("%d won, want 1", won)
			}
			owner := "owner"
			if p.offerStatus(offer) == members.OfferAccepted {
				owner = "admin"
			}
			p.assertOwner(owner)
			p.adminSeats()
		})
	}
}

func accept(p *fixture) error {
	stored, err := members.FindLastOffer(p.app, p.team.Id, p.users["admin"].Id)
	if err != nil {
		return err
	}
	stored.Set("status", members.OfferAccepted)
	return p.app.Save(stored)
}

func withdraw(p *fixture) error { return members.WithdrawOwnership(p.app, p.actor("owner")) }

func decline(p *fixture) error { return members.DeclineOwnership(p.app, p.actor("admin")) }

func demote(p *fixture) error {
	m := p.membership("admin")
	m.Set("admin", false)
	m.Set("organizer", true)
	if err := p.app.Save(m); err != nil {
		return err
	}
	if p.membership("admin").Roles().Owner {
		return fmt.Errorf("demoted, but the Owner")
	}
	return nil
}

func removeAdmin(p *fixture) error {
	_, err := members.Remove(p.app, p.actor("owner"), p.users["admin"].Id, members.Handover{})
	return err
}

func leaveAsAdmin(p *fixture) error {
	_, err := members.Leave(p.app, p.actor("admin"), members.Handover{})
	return err
}

// The control: without the transaction of the rule, an offer is both accepted and withdrawn.
func TestOffer_AnswersWithoutTransaction_BothWin(t *testing.T) {
	for range 5 { // on a busy machine one race may go well by chance
		app := hookstest.NewBareApp(t, func(app core.App) {
			settings.Set(app, hookstest.Config())
			plans.Register(app)
			teams.Register(app)
			app.OnRecordUpdateExecute("ownership_offers").BindFunc(func(e *core.RecordEvent) error {
				if err := members.ValidateOffer(e.App, e.Record); err != nil {
					return err
				}
				return e.Next()
			})
			hookstest.SlowWrites(app, "ownership_offers", "memberships")
		})
		owner := hookstest.Account(t, app, "owner@x.example")
		team := hookstest.Team(t, app, owner, "Halation", "pro")
		admin := hookstest.Member(t, app, team, "admin@x.example", "admin")
		offer := hookstest.NewRecord(t, app, "ownership_offers", map[string]any{"team": team.Id, "owner": owner.Id, "admin": admin.Id,
			"status": "pending", "expires": record.FormatTime(time.Now().Add(time.Hour))})
		if err := app.Save(offer); err != nil {
			t.Fatal(err)
		}
		answers := []string{members.OfferAccepted, members.OfferWithdrawn}
		copies := []*core.Record{hookstest.FindRecord(t, app, "ownership_offers", offer.Id), hookstest.FindRecord(t, app, "ownership_offers", offer.Id)}
		won := 0
		for _, err := range hookstest.Race(2, func(i int) error {
			copies[i].Set("status", answers[i])
			return app.Save(copies[i])
		}) {
			if err == nil {
				won++
			}
		}
		if won == 2 {
			return
		}
	}
	t.Error("one answer won without a transaction; the race is not wide enough to show a fault")
}

func TestSetOwner(t *testing.T) {
	for _, s := range []struct {
		who       string
		seats     int
		keepAdmin bool
		code      string
	}{
		{"admin", 3, true, ""},
		{"organizer", 3, true, seats.CodeFull},
		{"organizer", 4, true, ""},
		{"organizer", 3, false, ""},
		{"guest", 3, false, ""},
		{"stranger", 3, false, ""},
		{"stranger", 3, true, seats.CodeFull},
		{"owner", 3, true, members.CodeAlreadyOwner},
	} {
		t.Run(fmt.Sprintf("%s, %d seats, keep %v", s.who, s.seats, s.keepAdmin), func(t *testing.T) {
			p := newFixture(t, false)
			p.team.Set("admin_seats", s.seats)
			p.must(p.app.Save(p.team))
			err := members.SetOwner(p.app, administrators.CommandEntry(""), p.team.Id, p.users[s.who], s.keepAdmin)
			if s.code != "" {
				hookstest.AssertCode(t, "set the Owner", err, s.code)
				p.assertOwner("owner")
				return
			}
			p.must(err)
			p.assertOwner(s.who)
			if m := p.membership("owner"); m.Roles().Admin != s.keepAdmin || !m.Roles().Organizer {
				t.Errorf("the previous Owner has %v", m.Roles().Names())
			}
			if n := hookstest.Count(t, p.app, "audit", dbx.HashExp{"team": p.team.Id, "action": "team.owner.set", "result": "ok"}); n != 1 {
				t.Errorf("%d audit entries, want 1", n)
			}
		})
	}
}
