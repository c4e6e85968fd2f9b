package actors_test

import (
	"slices"
	"testing"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
)

func TestHelpers(t *testing.T) {
	app := hookstest.NewApp(t)
	owner := hookstest.Account(t, app, "olga@x.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	admin := hookstest.Member(t, app, team, "ada@x.example", "admin")
	organizer := hookstest.Member(t, app, team, "orla@x.example", "organizer")
	member := hookstest.Member(t, app, team, "mina@x.example")
	guest := hookstest.Guest(t, app, team, "gita@x.example")

	invitesAdmins := func(a *actors.Actor) bool { return a.CanInvite(actors.Roles{Admin: true}, actors.Roles{}) }
	for _, c := range []struct {
		name   string
		reader *actors.Actor
		can    func(*actors.Actor) bool
		want   []string
	}{
		{"a member, about the panel", hookstest.Actor(t, app, member, team), (*actors.Actor).CanUsePanel, []string{"Olga", "Ada"}},
		{"an organizer, about the panel", hookstest.Actor(t, app, organizer, team), (*actors.Actor).CanUsePanel, []string{"Olga", "Ada"}},
		{"an Admin, about the panel", hookstest.Actor(t, app, admin, team), (*actors.Actor).CanUsePanel, []string{"Olga"}},
		{"the Owner, about the panel", hookstest.Actor(t, app, owner, team), (*actors.Actor).CanUsePanel, []string{"Ada"}},
		{"a member, about what only the Owner may", hookstest.Actor(t, app, member, team), invitesAdmins, []string{"Olga"}},
		{"the Owner, about what only the Owner may", hookstest.Actor(t, app, owner, team), invitesAdmins, nil},
		{"a member, about hosting", hookstest.Actor(t, app, member, team), func(a *actors.Actor) bool { return a.Roles.Organizer }, []string{"Olga", "Orla"}},
		{"a guest", hookstest.Actor(t, app, guest, team), (*actors.Actor).CanUsePanel, nil},
		{"a stranger", nil, (*actors.Actor).CanUsePanel, nil},
	} {
		helpers, err := actors.Helpers(app, c.reader, c.can)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range helpers {
			got = append(got, h.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	helpers, err := actors.Helpers(app, hookstest.Actor(t, app, member, team), (*actors.Actor).CanUsePanel)
	if err != nil || helpers[0].Email != "olga@x.example" || !helpers[0].Roles.Owner {
		t.Errorf("%+v, %v", helpers, err)
	}
}
