package actors_test

import (
	"testing"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/members"
)

func TestShareTeam(t *testing.T) {
	app := hookstest.NewApp(t)
	marta, eve := hookstest.Account(t, app, "marta@x.example"), hookstest.Account(t, app, "eve@x.example")
	team := hookstest.Team(t, app, marta, "Halation Post", "free")
	hookstest.Team(t, app, eve, "Elsewhere", "free")
	noor, guest := hookstest.Member(t, app, team, "noor@x.example"), hookstest.Guest(t, app, team, "gita@x.example")
	outsider := hookstest.Account(t, app, "outsider@x.example")
	ask := func(a, b string, want bool) {
		t.Helper()
		if got, err := actors.ShareTeam(app, a, b); err != nil || got != want {
			t.Errorf("%v %v, want %v", got, err, want)
		}
	}
	ask(marta.Id, noor.Id, true)
	ask(guest.Id, noor.Id, true)
	ask(outsider.Id, outsider.Id, true)
	ask(marta.Id, eve.Id, false)
	ask(outsider.Id, marta.Id, false)
	ask(marta.Id, "aaaaaaaaaaaaaaa", false)
	if _, err := members.Leave(app, hookstest.Actor(t, app, noor, team), members.Handover{}); err != nil {
		t.Fatal(err)
	}
	ask(marta.Id, noor.Id, false)
}
