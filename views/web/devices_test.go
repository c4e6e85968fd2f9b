package web_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/views/viewstest"
)

// TestEvents_LoginEnds_StreamCloses has no event of the team: the stream ends by itself, long before its
// heartbeat would look.
func TestEvents_LoginEnds_StreamCloses(t *testing.T) {
	const other = "three entirely new words"
	stored := func(s *viewstest.Server, account *core.Record) *core.Record {
		return hookstest.FindRecord(t, s.App, "users", account.Id)
	}
	for name, end := range map[string]func(s *viewstest.Server, account *core.Record, login string) error{
		"ended": func(s *viewstest.Server, account *core.Record, login string) error {
			_, err := accounts.EndDevice(s.App, account, login, "")
			return err
		},
		"all others ended": func(s *viewstest.Server, account *core.Record, _ string) error {
			return accounts.EndOtherDevices(s.App, stored(s, account), nil, "")
		},
		"another password": func(s *viewstest.Server, account *core.Record, _ string) error {
			return accounts.ChangePassword(s.App, stored(s, account), hookstest.Password, other, "")
		},
		"the account deleted": func(s *viewstest.Server, account *core.Record, _ string) error {
			return members.DeleteAccount(s.App, stored(s, account), hookstest.Password, "")
		},
	} {
		server := viewstest.Serve(t, hookstest.Config())
		team := hookstest.Team(t, server.App, hookstest.Account(t, server.App, "marta@x.example"), "Halation Post", "pro")
		account := hookstest.Member(t, server.App, team, "noor@x.example", "admin")
		_, events := openStream(t, server, server.As(account), team.Id)
		devices, err := accounts.Devices(server.App, stored(server, account))
		if err != nil || len(devices) != 1 {
			t.Fatal(devices, err)
		}
		began := time.Now()
		if err := end(server, account, devices[0].Id); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		last := ""
		for event := range events {
			last = event
		}
		if took := time.Since(began); last != "close" || took > 10*time.Second {
			t.Errorf("%s: the stream ended with %q after %v, want %q and at most %v", name, last, took, "close", 10*time.Second)
		}
	}
}

func TestEvents_OtherDeviceSignedOut_StreamContinues(t *testing.T) {
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@x.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	_, gone := openStream(t, server, server.As(owner), team.Id)
	devices, err := accounts.Devices(server.App, owner)
	if err != nil || len(devices) != 1 {
		t.Fatal(devices, err)
	}
	_, stays := openStream(t, server, server.As(owner), team.Id)
	if _, err := accounts.EndDevice(server.App, owner, devices[0].Id, ""); err != nil {
		t.Fatal(err)
	}
	for range gone {
	}
	hookstest.Invite(t, server.App, owner, team, "lucia@x.example")
	for event := range stays { // events of creating the team may arrive late
		if event == "users" {
			return
		}
	}
	t.Error("the other ended, too")
}
