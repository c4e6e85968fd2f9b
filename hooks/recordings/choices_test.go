package recordings_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/record"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
)

func TestList_SortsByEveryColumn(t *testing.T) {
	f := newFixture(t, "unlimited")
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, values := range []map[string]any{
		{"title": "Éclair", "started": day, "milliseconds": 3000, "bytes": 100, "mp4_bytes": 500},
		{"title": "alpha", "started": day.AddDate(0, 0, 1), "milliseconds": 1000, "bytes": 300},
		{"title": "Zebra", "started": day.AddDate(0, 0, 2), "milliseconds": 2000, "bytes": 200},
	} {
		hookstest.Recording(t, f.app, f.session, values)
	}
	for sort, want := range map[string][]string{
		"": {"Zebra", "alpha", "Éclair"}, "-started": {"Zebra", "alpha", "Éclair"}, "started": {"Éclair", "alpha", "Zebra"},
		"title": {"alpha", "Éclair", "Zebra"}, "-title": {"Zebra", "Éclair", "alpha"},
		"length": {"alpha", "Zebra", "Éclair"}, "-length": {"Éclair", "Zebra", "alpha"},
		"size": {"Zebra", "alpha", "Éclair"}, "-size": {"Éclair", "alpha", "Zebra"},
		"bytes; DROP TABLE recordings": {"Zebra", "alpha", "Éclair"},
	} {
		if got := titles(f, "owner", recordings.Query{All: true, Sort: sort}); !slices.Equal(got, want) {
			t.Errorf("sorted by %q: got %q, want %q", sort, got, want)
		}
	}
}

func titles(f *fixture, by string, query recordings.Query) []string {
	f.Helper()
	page, err := recordings.List(f.app, f.actor(by), query)
	if err != nil {
		f.Fatal(err)
	}
	var all []string
	for _, row := range page.Rows {
		all = append(all, row.Title())
	}
	return all
}

func TestList_ByStatusAndPart(t *testing.T) {
	f := newFixture(t, "unlimited")
	theirs := hookstest.StartSession(t, f.app, f.users["organizer"], f.team, sessions.Form{Title: "Sound mix", Guests: []string{"host@x.example"}})
	hookstest.Recording(t, f.app, f.session, map[string]any{"title": "Ready"})
	hookstest.Recording(t, f.app, f.session, map[string]any{"title": "Failed", "status": recordings.StatusFailed})
	hookstest.Recording(t, f.app, theirs, map[string]any{"title": "Shared", "shared": true})
	hookstest.Recording(t, f.app, theirs, map[string]any{"title": "Private"})
	for name, c := range map[string]struct {
		query recordings.Query
		want  []string
	}{
		"failed": {recordings.Query{Status: recordings.StatusFailed}, []string{"Failed"}},
		"hosted": {recordings.Query{Only: recordings.OnlyHosted}, []string{"Failed", "Ready"}},
		"shared": {recordings.Query{Only: recordings.OnlyShared}, []string{"Shared"}},
		"both":   {recordings.Query{}, []string{"Failed", "Ready", "Shared"}},
	} {
		got := titles(f, "host", c.query)
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestListChoices_OnlyOfWhatTheActorSees(t *testing.T) {
	f := newFixture(t, "unlimited")
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	theirs := hookstest.StartSession(t, f.app, f.users["organizer"], f.team, sessions.Form{Title: "Sound mix"})
	hookstest.Recording(t, f.app, f.session, map[string]any{"started": day, "host_name": "Before"})
	hookstest.Recording(t, f.app, f.session, map[string]any{"started": day.AddDate(0, 1, 0), "host_name": "After"})
	hookstest.Recording(t, f.app, f.session, map[string]any{"started": day.AddDate(0, 2, 0), "trashed": time.Now()})
	hookstest.Recording(t, f.app, theirs, map[string]any{"started": day.AddDate(0, 3, 0), "host_name": "Zoe"})
	c, err := recordings.ListChoices(f.app, f.actor("owner"), true)
	if err != nil {
		t.Fatal(err)
	}
	hosts := []recordings.Choice{{ID: f.users["host"].Id, Name: "After"}, {ID: f.users["organizer"].Id, Name: "Zoe"}}
	if !slices.Equal(c.Hosts, hosts) || c.Total != 3 || c.Trash != 1 || c.Hosted != 0 || !c.First.Equal(day) || !c.Last.Equal(day.AddDate(0, 3, 0)) {
		t.Errorf("the Owner: got %+v, want the hosts %+v of 3 recordings and 1 in the trash", c, hosts)
	}
	c, err = recordings.ListChoices(f.app, f.actor("host"), false)
	if err != nil || !slices.Equal(c.Hosts, hosts[:1]) || c.Total != 2 || c.Hosted != 2 || c.Trash != 1 {
		t.Errorf("the host: got %+v, %v, want the hosts %+v of 2 recordings", c, err, hosts[:1])
	}
	c, err = recordings.ListChoices(f.app, f.actor("member"), false)
	if err != nil || len(c.Hosts) != 0 || c.Total != 0 || c.Trash != 0 {
		t.Errorf("a member without recordings: got %+v, %v, want none", c, err)
	}
}

func TestCountPeople_OnlyWhileRecorded(t *testing.T) {
	f := newFixture(t, "unlimited")
	started := time.Now().Add(-time.Hour).Truncate(time.Second)
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"started": started, "ended": started.Add(20 * time.Minute)})
	deleted := hookstest.Recording(t, f.app, f.session, map[string]any{"session": ""})
	for n, stay := range [][2]int{{-10, 5}, {3, 4}, {3, 8}, {-20, -1}, {30, 40}} { // minutes from the start; the second and third are one person
		hookstest.Exec(t, f.app, `INSERT INTO attendances (id, team, session, participant, sid, joined, left) VALUES ({:sid}, {:team}, {:session}, {:person}, {:sid}, {:joined}, {:left})`,
			dbx.Params{"team": f.team.Id, "session": f.session.Id, "person": []string{"a", "b", "b", "c", "d"}[n], "sid": fmt.Sprint("stay", n),
				"joined": record.FormatTime(started.Add(time.Duration(stay[0]) * time.Minute)), "left": record.FormatTime(started.Add(time.Duration(stay[1]) * time.Minute))})
	}
	page, err := recordings.List(f.app, f.actor("owner"), recordings.Query{All: true})
	if err != nil {
		t.Fatal(err)
	}
	people, err := recordings.CountPeople(f.app, page.Rows)
	if err != nil || people[r.Id] != 2 || people[deleted.Id] != 0 {
		t.Errorf("got %v, %v, want 2 people in %s", people, err, r.Id)
	}
}
