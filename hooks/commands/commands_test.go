package commands_test

import (
	"os"
	"path/filepath"
	"testing"

	"usher/hooks/accounts"
	"usher/hooks/commands"
	"usher/hooks/hookstest"
	"usher/hooks/people"
	"usher/hooks/seats"
)

func TestSeed_HasUsersInEveryStatus(t *testing.T) {
	app := hookstest.NewApp(t)
	sample, err := commands.Seed(app)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := people.Count(app, sample.Team.Id)
	if err != nil {
		t.Fatal(err)
	}
	for state, n := range map[string]int{"accepted": counts.Accepted, "pending": counts.Pending, "declined": counts.Declined,
		"revoked": counts.Revoked, "expired": counts.Expired, "guests": counts.Guests} {
		if n == 0 {
			t.Errorf("no user is %s, want some", state)
		}
	}
	inactive, err := people.List(app, sample.Team.Id, people.Query{Inactive: true, Size: 50})
	if err != nil || inactive.Total == 0 || inactive.Total > 5 {
		t.Errorf("%+v, %v, want some inactive users", inactive, err)
	}
	for _, row := range inactive.Rows {
		history, err := people.FindHistory(app, sample.Team.Id, &row)
		if err != nil || history.Inviter != "Marta Oliveira" || history.InviterID != sample.Owner.Id {
			t.Errorf("%s: %+v, %v, want the Owner as the inviter", row.Email, history, err)
		}
	}
	now, err := seats.Of(app, sample.Team.Id)
	if err != nil || now.Organizer.Free() < 1 || now.Organizer.Reserved < 1 || now.Admin.Reserved < 1 {
		t.Errorf("seats: %+v, %v, want at least 1, at least 1 and at least 1", now, err)
	}
	if _, err := accounts.SignIn(app, sample.Owner.Email(), sample.Password, ""); err != nil {
		t.Errorf("sign in with what is printed: %v", err)
	}
	if sample.Team.LogoPath() == "" {
		t.Error("the team has no logo")
	}
}

func TestDataDir_Demo_IsTemporary(t *testing.T) {
	dir, discard, err := commands.DataDir([]string{"usher", "demo"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	discard()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	for _, args := range [][]string{{"usher", "serve"}, {"usher"}, {"usher", "demo", "--dir", "mine"}, {"usher", "demo", "--dir=mine"}} {
		dir, discard, err := commands.DataDir(args)
		discard()
		if err != nil || dir != "pb_data" {
			t.Errorf("%v: %q, %v, want %q", args, dir, err, "pb_data")
		}
	}
}
