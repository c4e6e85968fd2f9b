package seats_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/seats"
)

// Every writer is followed by the counts, SQL included.
func TestOf_CountsFollowSQLWrites(t *testing.T) {
	app := hookstest.NewApp(t)
	team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation", "business")
	id := invite(t, app, team, "a@x.example", "admin")
	member := hookstest.Member(t, app, team, "b@x.example", "organizer")
	invite(t, app, team, "plain@x.example")
	for _, step := range []struct {
		sql  string
		want count
	}{
		{"SELECT 1", count{1, 1, 2, 0}},
		{"UPDATE invitations SET organizer = 1 WHERE id = {:i}", count{1, 1, 2, 1}},
		{"UPDATE invitations SET admin = 0 WHERE id = {:i}", count{1, 0, 2, 1}},
		{"UPDATE invitations SET note = 'x'", count{1, 0, 2, 1}},
		{"UPDATE invitations SET expires = '2020-01-01 00:00:00.000Z' WHERE id = {:i}", count{1, 0, 2, 0}},
		{"UPDATE invitations SET expires = '2999-01-01 00:00:00.000Z' WHERE id = {:i}", count{1, 0, 2, 1}},
		{"UPDATE invitations SET status = 'revoked' WHERE id = {:i}", count{1, 0, 2, 0}},
		{"UPDATE memberships SET admin = 1, organizer = 0 WHERE user = {:u}", count{2, 0, 1, 0}},
		{"UPDATE memberships SET admin = 0 WHERE user = {:u}", count{1, 0, 1, 0}},
		{"UPDATE memberships SET admin = 1 WHERE user = {:u}", count{2, 0, 1, 0}},
		{"DELETE FROM memberships WHERE user = {:u}", count{1, 0, 1, 0}},
		{"UPDATE invitations SET status = 'pending' WHERE id = {:i}", count{1, 0, 1, 1}},
		{"DELETE FROM invitations", count{1, 0, 1, 0}},
	} {
		if _, err := app.NonconcurrentDB().NewQuery(step.sql).Bind(dbx.Params{"i": id, "u": member.Id}).Execute(); err != nil {
			t.Fatal(step.sql, err)
		}
		if got := countSeats(t, app, team); got != step.want {
			t.Errorf("after %s: %+v, want %+v", step.sql, got, step.want)
		}
	}
	if err := app.Delete(team.Record); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := app.DB().NewQuery("SELECT count(*) FROM seat_counts").Row(&left); err != nil || left != 0 {
		t.Errorf("%d counts are left of a team that is gone (%v), want 0", left, err)
	}
	if _, err := seats.Of(app, team.Id); err == nil {
		t.Error("a team that is gone has seats")
	}
}
