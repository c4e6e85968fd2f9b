package recordings_test

import (
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// fixture is a team with a user in every role, and a running session of the organizer with a co-host and an invited member.
type fixture struct {
	*testing.T
	app     *core.BaseApp
	team    *teams.Team
	users   map[string]*core.Record
	session *sessions.Session
}

func newFixture(t *testing.T, plan string) *fixture {
	t.Helper()
	return newFixtureWith(t, plan, hookstest.Config())
}

func newFixtureWith(t *testing.T, plan string, config settings.Config) *fixture {
	t.Helper()
	app := hookstest.NewAppWith(t, config)
	f := &fixture{T: t, app: app, users: map[string]*core.Record{"owner": hookstest.Account(t, app, "owner@x.example")}}
	f.team = hookstest.Team(t, app, f.users["owner"], "Halation Post", plan)
	for name, roles := range map[string][]string{"admin": {"admin"}, "host": {"organizer"}, "cohost": {"organizer"}, "organizer": {"organizer"}, "invitee": nil, "member": nil} {
		f.users[name] = hookstest.Member(t, app, f.team, name+"@x.example", roles...)
	}
	f.users["guest"] = hookstest.Guest(t, app, f.team, "guest@x.example")
	f.session = hookstest.StartSession(t, app, f.users["host"], f.team, sessions.Form{
		Title: "Kestrel review", Guests: []string{"invitee@x.example", "guest@x.example"}, Cohosts: []string{f.users["cohost"].Id}})
	return f
}

func (f *fixture) actor(name string) *actors.Actor {
	f.Helper()
	return hookstest.Actor(f.T, f.app, f.users[name], f.team)
}

// roles are the users of a fixture in a fixed order.
var roles = []string{"owner", "admin", "host", "cohost", "organizer", "invitee", "guest", "member"}

func TestFind_OnlyManagersAndParticipantsOfSharedRecordings(t *testing.T) {
	f := newFixture(t, "unlimited")
	managers := []string{"owner", "admin", "host", "cohost"}
	participants := []string{"invitee", "guest"}
	for name, c := range map[string]struct {
		values map[string]any
		shared bool
	}{
		"private":                 {nil, false},
		"shared":                  {map[string]any{"shared": true}, true},
		"shared, in the trash":    {map[string]any{"shared": true, "trashed": time.Now()}, false},
		"shared, not ready":       {map[string]any{"shared": true, "status": recordings.StatusProcessing}, false},
		"shared, without session": {map[string]any{"shared": true, "session": "", "host": ""}, false},
	} {
		r := hookstest.Recording(t, f.app, f.session, c.values)
		for _, role := range roles {
			found, err := recordings.Find(f.app, f.actor(role), r.Id)
			manages := slices.Contains(managers, role)
			if name == "shared, without session" {
				manages = role == "owner" || role == "admin"
			}
			sees := manages || c.shared && slices.Contains(participants, role)
			if sees != (err == nil) || err != nil && !errors.Is(err, errs.ErrNotFound) {
				t.Errorf("%s: %s sees the recording: %v, want %v", name, role, err, sees)
			}
			if found.Manages != manages {
				t.Errorf("%s: %s manages the recording: %v, want %v", name, role, found.Manages, manages)
			}
		}
	}
}

func TestFind_AnotherTeam_IsNotFound(t *testing.T) {
	f := newFixture(t, "unlimited")
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"shared": true})
	other := hookstest.Account(t, f.app, "other@y.example")
	team := hookstest.Team(t, f.app, other, "Other", "unlimited")
	if _, err := recordings.Find(f.app, hookstest.Actor(t, f.app, other, team), r.Id); !errors.Is(err, errs.ErrNotFound) {
		t.Errorf("got %v, want %v", err, errs.ErrNotFound)
	}
}

func TestFind_RemovedParticipants_AreNotFound(t *testing.T) {
	f := newFixture(t, "unlimited")
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"shared": true})
	for _, role := range []string{"cohost", "invitee"} {
		hookstest.Exec(t, f.app, "UPDATE participants SET state = 'out' WHERE email = '"+role+"@x.example'", nil)
		if _, err := recordings.Find(f.app, f.actor(role), r.Id); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%s: got %v, want %v", role, err, errs.ErrNotFound)
		}
	}
}

func TestList_FiltersAndPages(t *testing.T) {
	f := newFixture(t, "unlimited")
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	second := hookstest.StartSession(t, f.app, f.users["organizer"], f.team, sessions.Form{Title: "Sound mix"})
	for n, values := range []map[string]any{
		{"title": "First", "started": day},
		{"title": "Second", "started": day.AddDate(0, 0, 1), "shared": true},
		{"title": "Gone", "started": day.AddDate(0, 0, 2), "trashed": day.AddDate(0, 0, 3)},
	} {
		hookstest.Recording(t, f.app, f.session, values)
		if n == 0 {
			hookstest.Recording(t, f.app, second, map[string]any{"started": day.AddDate(0, 0, 5)})
		}
	}
	for name, c := range map[string]struct {
		by    string
		query recordings.Query
		want  []string
		total int
	}{
		"all of the team":        {"admin", recordings.Query{All: true}, []string{"Sound mix", "Second", "First"}, 3},
		"an Admin's own":         {"admin", recordings.Query{}, nil, 0},
		"hosted":                 {"host", recordings.Query{}, []string{"Second", "First"}, 2},
		"shared":                 {"invitee", recordings.Query{}, []string{"Second"}, 1},
		"no part in it":          {"member", recordings.Query{}, nil, 0},
		"trash of the team":      {"owner", recordings.Query{All: true, Trash: true}, []string{"Gone"}, 1},
		"trash of a co-host":     {"cohost", recordings.Query{Trash: true}, []string{"Gone"}, 1},
		"trash of a participant": {"invitee", recordings.Query{Trash: true}, nil, 0},
		"by words":               {"owner", recordings.Query{All: true, Search: "mix SOUND"}, []string{"Sound mix"}, 1},
		"by host":                {"owner", recordings.Query{All: true, Host: f.users["organizer"].Id}, []string{"Sound mix"}, 1},
		"by time":                {"owner", recordings.Query{All: true, From: day.AddDate(0, 0, 1), To: day.AddDate(0, 0, 2)}, []string{"Second"}, 1},
		"second page":            {"owner", recordings.Query{All: true, Size: 2, Page: 2}, []string{"First"}, 3},
		"beyond every page":      {"owner", recordings.Query{All: true, Page: math.MaxInt}, nil, 3},
	} {
		page, err := recordings.List(f.app, f.actor(c.by), c.query)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range page.Rows {
			got = append(got, row.Title())
			if want := c.by != "invitee"; row.Manages != want {
				t.Errorf("%s: manages %s: %v, want %v", name, row.Title(), row.Manages, want)
			}
		}
		if !slices.Equal(got, c.want) || page.Total != c.total {
			t.Errorf("%s: got %q of %d, want %q of %d", name, got, page.Total, c.want, c.total)
		}
	}
	for _, role := range []string{"host", "invitee", "guest"} {
		_, err := recordings.List(f.app, f.actor(role), recordings.Query{All: true})
		hookstest.AssertCode(t, role, err, errs.CodeNotAllowed)
	}
}

func TestStorage_CountsAllFilesAndTrash(t *testing.T) {
	f := newFixture(t, "unlimited")
	hookstest.Exec(t, f.app, "UPDATE plans SET storage_bytes = 5000", nil)
	hookstest.Recording(t, f.app, f.session, map[string]any{"bytes": 1000, "mp4_bytes": 500})
	hookstest.Recording(t, f.app, f.session, map[string]any{"bytes": 300, "trashed": time.Now()})
	got, err := recordings.Storage(f.app, f.team.Id)
	if err != nil || got.Used != 1800 || got.Trash != 300 || got.Count != 2 || got.Limit != 5000 || got.Free() != 3200 || got.Full() {
		t.Errorf("got %+v, %v, want 1800 used, 300 of it in the trash", got, err)
	}
}

func TestOpenFile_ReadsListedFilesOfReadyRecordings(t *testing.T) {
	f := newFixture(t, "unlimited")
	r := hookstest.Recording(t, f.app, f.session, nil)
	for _, name := range []string{"p1.webm", "journal.jsonl", recordings.ManifestName, recordings.MP4Name} {
		hookstest.WriteRecordingFile(t, f.app, r.Id, name, []byte("0123456789"))
	}
	file, err := recordings.OpenFile(f.app, r, "p1.webm")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Seek(4, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(file)
	if err != nil || string(rest) != "456789" || file.Size != 10 || file.Name != "p1.webm" || file.Modified.IsZero() {
		t.Errorf("got %q %+v, %v, want 456789 of 10 bytes", rest, file, err)
	}
	for _, name := range []string{"", "p2.webm", "journal.jsonl", recordings.MP4Name, "../" + r.Id + "/p1.webm", "a/p1.webm", "..", "p1.webm\x00", ".webm"} {
		if _, err := recordings.OpenFile(f.app, r, name); !errors.Is(err, errs.ErrNotFound) {
			t.Errorf("%q: got %v, want %v", name, err, errs.ErrNotFound)
		}
	}
}
