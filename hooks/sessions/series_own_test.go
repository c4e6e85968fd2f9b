package sessions_test

import (
	"slices"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// ownSeries is a daily series at 10:00 of which the second session has another title and people, and the third another time.
func ownSeries(t *testing.T, s *fixture) []*sessions.Session {
	t.Helper()
	first := s.newSession(sessions.Form{Title: "Dailies", Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=4", Guests: []string{"zed@out.example", "ann@out.example"}})
	all, err := sessions.ListInSeries(s.app, first.SeriesID())
	if err != nil {
		t.Fatal(err)
	}
	s.change(t, all[1], sessions.ScopeSession, func(f *sessions.Form) {
		f.Title, f.Guests = "Final dailies", []string{"zed@out.example", "client@out.example"}
	})
	s.change(t, all[2], sessions.ScopeSession, func(f *sessions.Form) { f.Starts = daysFromNow(3, 15) })
	return all
}

func (s *fixture) change(t *testing.T, one *sessions.Session, scope sessions.Scope, with func(*sessions.Form)) {
	t.Helper()
	form, err := sessions.FormOf(s.app, s.reload(one.Id))
	if err != nil {
		t.Fatal(err)
	}
	with(&form)
	if err := sessions.Change(s.app, s.actor("organizer"), one.Id, form, scope); err != nil {
		t.Fatal(err)
	}
}

func (s *fixture) titlesAndPeople(all []*sessions.Session) string {
	var lines []string
	for _, one := range all {
		now := s.reload(one.Id)
		people := strings.Fields(strings.NewReplacer("organizer@x.example", "", ",", " ").Replace(s.participantList(one.Id)))
		people = slices.DeleteFunc(people, func(word string) bool { return !strings.Contains(word, "@") })
		for n := range people {
			people[n], _, _ = strings.Cut(people[n], "@")
		}
		slices.Sort(people)
		lines = append(lines, now.Title()+" "+now.GetString("description")+": "+strings.Join(people, " "))
	}
	return strings.Join(lines, "; ")
}

func TestListDeviations_NamesWhatDiffers(t *testing.T) {
	s := newFixture(t, "pro")
	all := ownSeries(t, s)
	for n, want := range map[int]string{0: "1 title participants, 2 starts", 1: "1 title participants, 2 starts"} {
		found, err := sessions.ListDeviations(s.app, s.reload(all[n].Id))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range found {
			at := slices.IndexFunc(all, func(other *sessions.Session) bool { return other.Id == one.Session.Id })
			got = append(got, string(rune('0'+at))+" "+strings.Join(one.Fields, " "))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("from session %d: got %q, want %q", n, got, want)
		}
	}
	alone := s.newSession(sessions.Form{})
	if found, err := sessions.ListDeviations(s.app, alone); err != nil || len(found) != 0 {
		t.Errorf("a single session: got %v, %v; want none", found, err)
	}
}

func TestChange_Series_KeepsOwnChangesUnlessOverwritten(t *testing.T) {
	for _, test := range []struct {
		name         string
		from         int
		change       func(*sessions.Form)
		times, texts string
	}{
		{"a title and a guest", 0, func(f *sessions.Form) { f.Title, f.Guests = "Rushes", append(f.Guests, "new@out.example") },
			"1 10:00 scheduled, 2 10:00 scheduled, 3 15:00 scheduled, 4 10:00 scheduled",
			"Rushes : ann new zed; Final dailies : client new zed; Rushes : ann new zed; Rushes : ann new zed"},
		{"a title from the one with its own", 1, func(f *sessions.Form) { f.Title = "Rushes" },
			"1 10:00 scheduled, 2 10:00 scheduled, 3 15:00 scheduled, 4 10:00 scheduled",
			"Rushes : ann zed; Rushes : client zed; Rushes : ann zed; Rushes : ann zed"},
		{"a description from the one with its own title", 1, func(f *sessions.Form) { f.Description = "Notes" },
			"1 10:00 scheduled, 2 10:00 scheduled, 3 15:00 scheduled, 4 10:00 scheduled",
			"Dailies Notes: ann zed; Final dailies Notes: client zed; Dailies Notes: ann zed; Dailies Notes: ann zed"},
		{"an hour later, without Zed", 0, func(f *sessions.Form) { f.Starts, f.Guests = daysFromNow(1, 11), []string{"ann@out.example"} },
			"1 11:00 scheduled, 2 11:00 scheduled, 3 15:00 scheduled, 4 11:00 scheduled",
			"Dailies : ann; Final dailies : client; Dailies : ann; Dailies : ann"},
		{"all overwritten", 0, func(f *sessions.Form) { f.Starts, f.Title, f.Overwrite = daysFromNow(1, 11), "Rushes", true },
			"1 11:00 scheduled, 2 11:00 scheduled, 3 11:00 scheduled, 4 11:00 scheduled",
			"Rushes : ann zed; Rushes : ann zed; Rushes : ann zed; Rushes : ann zed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newFixture(t, "pro")
			all := ownSeries(t, s)
			s.change(t, all[test.from], sessions.ScopeSeries, test.change)
			if got := s.seriesSummary(all[0].SeriesID()); got != test.times {
				t.Errorf("got %s\nwant %s", got, test.times)
			}
			if got := s.titlesAndPeople(all); got != test.texts {
				t.Errorf("got %s\nwant %s", got, test.texts)
			}
		})
	}
}

func TestChange_Series_OwnRoomStaysFree(t *testing.T) {
	s := newFixture(t, "pro")
	room, other := s.newRoom(nil), s.newRoom(map[string]any{"name": "Other", "slug": "other"})
	first := s.newSession(sessions.Form{Title: "Dailies", Room: room.Id, Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3"})
	all, _ := sessions.ListInSeries(s.app, first.SeriesID())
	s.change(t, all[1], sessions.ScopeSession, func(f *sessions.Form) { f.Room = other.Id })
	s.newSession(sessions.Form{Title: "Taken", Room: room.Id, Starts: daysFromNow(2, 11)})
	s.change(t, all[0], sessions.ScopeSeries, func(f *sessions.Form) { f.Starts = daysFromNow(1, 11) }) // its second would clash
	for n, want := range []string{room.Id, other.Id, room.Id} {
		if got := s.reload(all[n].Id).RoomID(); got != want {
			t.Errorf("session %d: got room %s, want %s", n, got, want)
		}
	}
}

func TestChange_Series_InviteeWithAccountSince_BecomesCohostInEach(t *testing.T) {
	s := newFixture(t, "pro")
	all := ownSeries(t, s)
	zed := hookstest.Member(t, s.app, s.team, "zed@out.example")
	hookstest.Exec(t, s.app, "UPDATE participants SET user = '' WHERE email = 'zed@out.example'", nil)
	s.change(t, all[0], sessions.ScopeSeries, func(f *sessions.Form) {
		f.Cohosts, f.Guests = []string{zed.Id}, []string{"ann@out.example"}
	})
	for n, one := range all {
		if got := s.participantList(one.Id); !strings.Contains(got, "zed@out.example+ cohost") {
			t.Errorf("session %d: got %s, want zed as co-host with the account", n, got)
		}
	}
}
