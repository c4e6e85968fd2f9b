package invitations_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/people"
)

// BenchmarkAccept compares accepting an invitation, with its rules, seats, membership and audit entry, to two bare
// PocketBase writes in one transaction: the update of such an invitation and the insert of such a membership, in the
// same tables without our rules and triggers. Accepting must not be slower, in teams of every size. The index of users
// is refreshed in the background meanwhile; its cost per row is reported separately. In between, it reports the cost of
// the written rows alone, by SQL without rules.
func BenchmarkAccept(b *testing.B) {
	for _, members := range []int{100, 100_000} {
		bare, ours := newLargeTeam(b, members, true), newLargeTeam(b, members, false)
		for _, callers := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("members=%d/callers=%d/bare", members, callers), func(b *testing.B) { bare.measure(b, callers, bare.acceptByRecords) })
			b.Run(fmt.Sprintf("members=%d/callers=%d/rows", members, callers), func(b *testing.B) { ours.measure(b, callers, ours.acceptBySQL) })
			b.Run(fmt.Sprintf("members=%d/callers=%d/accept", members, callers), func(b *testing.B) { ours.measure(b, callers, ours.accept) })
		}
	}
}

// largeTeam is a team with many members and pending invitations.
type largeTeam struct {
	app         *core.BaseApp
	team        string
	accounts    []*core.Record // of the invitees
	invitations []*core.Record // their invitations
	userCount   int
}

// newLargeTeam makes a team in which one in ten members is an Organizer, up to a thousand.
func newLargeTeam(b *testing.B, members int, bare bool) *largeTeam {
	c := &largeTeam{team: "team00000000000"}
	if bare {
		c.app = hookstest.NewBareApp(b, func(core.App) {})
		var triggers []string
		if err := c.app.DB().NewQuery("SELECT name FROM sqlite_master WHERE type = 'trigger'").Column(&triggers); err != nil {
			b.Fatal(err)
		}
		for _, name := range triggers {
			hookstest.Exec(b, c.app, "DROP TRIGGER "+name, nil)
		}
	} else {
		c.app = hookstest.NewApp(b)
		b.Cleanup(people.StartRefresher(c.app))
	}
	params := dbx.Params{"t": c.team, "now": types.NowDateTime().String(), "n": members}
	hookstest.Exec(b, c.app, `INSERT INTO teams (id, name, slug, plan, admin_seats, organizer_seats, licences, created, updated)
		SELECT {:t}, 'Halation Post', 'halation-post', id, 10, 1000000, 20, {:now}, {:now} FROM plans WHERE key = 'business'`, params)
	c.addUsers(b, members)
	hookstest.Exec(b, c.app, `INSERT INTO memberships (id, team, user, kind, owner, organizer, created, updated)
		SELECT 'm' || substr(id, 2), {:t}, id, 'member', rowid = 1, rowid % 10 = 0 AND rowid <= 10000, {:now}, {:now} FROM users`, params)
	return c
}

// addUsers inserts confirmed accounts around the rules: hashing a password takes longer than everything that is
// measured.
func (c *largeTeam) addUsers(b *testing.B, n int) {
	hookstest.Exec(b, c.app, `INSERT INTO users (id, email, name, verified, password, tokenKey, created, updated)
		WITH RECURSIVE n(i) AS (VALUES ({:from} + 1) UNION ALL SELECT i + 1 FROM n WHERE i < {:to})
		SELECT printf('u%014d', i), printf('person%d@halation.example', i), printf('Person %d', i), 1, '-', printf('%050d', i), {:now}, {:now} FROM n`,
		dbx.Params{"from": c.userCount, "to": c.userCount + n, "now": types.NowDateTime().String()})
	c.userCount += n
}

// inviteUsers adds n pending invitations to be an Organizer.
func (c *largeTeam) inviteUsers(b *testing.B, n int) {
	params := dbx.Params{"t": c.team, "from": fmt.Sprintf("u%014d", c.userCount), "now": types.NowDateTime().String(),
		"end": types.NowDateTime().Add(invitations.Lifetime).String()}
	c.addUsers(b, n)
	hookstest.Exec(b, c.app, `INSERT INTO invitations (id, team, email, name, organizer, status, expires, token_hash, inviter, created, updated)
		SELECT 'i' || substr(id, 2), {:t}, email, name, 1, 'pending', {:end}, printf('%064s', id), 'u00000000000001', {:now}, {:now}
		FROM users WHERE id > {:from}`, params)
	c.accounts, c.invitations = nil, nil
	if err := c.app.RecordQuery("users").AndWhere(dbx.NewExp("id > {:from}", params)).OrderBy("id").All(&c.accounts); err != nil {
		b.Fatal(err)
	}
	if err := c.app.RecordQuery("invitations").AndWhere(dbx.HashExp{"status": "pending"}).OrderBy("id").All(&c.invitations); err != nil {
		b.Fatal(err)
	}
	if len(c.accounts) != n || len(c.invitations) != n {
		b.Fatalf("got %d accounts and %d invitations, want %d", len(c.accounts), len(c.invitations), n)
	}
}

func (c *largeTeam) measure(b *testing.B, callers int, action func(n int) error) {
	b.StopTimer()
	c.inviteUsers(b, b.N)
	c.refreshIndex(b)
	b.StartTimer()
	var next atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for n := int(next.Add(1)) - 1; n < b.N; n = int(next.Add(1)) - 1 {
				if err := action(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
	b.ReportMetric(0, "ns/op")
	if rows, took := c.refreshIndex(b); rows > 0 {
		b.ReportMetric(float64(took.Microseconds())/float64(rows), "µs/renewal")
	}
	hookstest.Exec(b, c.app, "UPDATE memberships SET organizer = 0 WHERE id NOT LIKE 'm%'", nil)
	hookstest.Exec(b, c.app, "PRAGMA wal_checkpoint(TRUNCATE)", nil)
}

// refreshIndex brings the index of users up to date, and returns the number of rows and the duration.
func (c *largeTeam) refreshIndex(b *testing.B) (rows int, took time.Duration) {
	if err := c.app.DB().NewQuery("SELECT count(*) FROM people_stale").Row(&rows); err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if err := people.Refresh(c.app, c.team); err != nil {
		b.Fatal(err)
	}
	return rows, time.Since(begun)
}

func (c *largeTeam) accept(n int) error {
	_, err := invitations.Accept(c.app, invitations.Response{Account: c.accounts[n], ID: c.invitations[n].Id, IP: "192.0.2.1"})
	return err
}

// acceptByRecords saves the same two records directly.
func (c *largeTeam) acceptByRecords(n int) error {
	return c.app.RunInTransaction(func(tx core.App) error {
		invitation := c.invitations[n]
		invitation.Set("status", "accepted")
		invitation.Set("user", c.accounts[n].Id)
		invitation.Set("answered", types.NowDateTime())
		if err := tx.Save(invitation); err != nil {
			return err
		}
		memberships, err := tx.FindCachedCollectionByNameOrId("memberships")
		if err != nil {
			return err
		}
		membership := core.NewRecord(memberships)
		membership.Load(map[string]any{"team": c.team, "user": c.accounts[n].Id, "kind": "member", "organizer": true})
		return tx.Save(membership)
	})
}
