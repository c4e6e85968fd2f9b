package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

// decodeStarts are the starts of the series that another library reads from a calendar file.
func decodeStarts(t *testing.T, file string) []time.Time {
	t.Helper()
	found, err := ical.NewDecoder(strings.NewReader(file)).Decode()
	if err != nil {
		t.Fatalf("%v in %s", err, file)
	}
	events := found.Events()
	if len(events) != 1 {
		t.Fatalf("%d events in %s, want 1", len(events), file)
	}
	set, err := events[0].RecurrenceSet(time.UTC)
	if err != nil || set == nil {
		t.Fatalf("no recurrence set: %v in %s", err, file)
	}
	return set.All()
}

// A start with seconds is cut to its minute first, so that no calendar leaves a session out.
func TestSeries_StartWithSeconds_CalendarUsesWholeMinutes(t *testing.T) {
	for name, extra := range map[string]time.Duration{"whole": 0, "seconds": 17 * time.Second, "fractions": 123 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			p := newMailFixture(t)
			first := p.newSession(sessions.Form{Starts: daysFromNow(1, 10).Add(extra), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example"}})
			check := func(what, subject string) {
				file := emailTo(t, p.wantEmails(what, subject+": Weekly review > zed@out.example"), "zed@out.example").Files[0].Content
				got := decodeStarts(t, file)
				if len(got) != 3 || !got[0].Equal(daysFromNow(1, 10)) || !got[2].Equal(daysFromNow(3, 10)) || strings.Contains(file, "EXDATE") {
					t.Errorf("%s: %v in %s", what, got, file)
				}
			}
			check("scheduled", "Invitation")
			form, err := sessions.FormOf(p.app, first)
			if err != nil {
				t.Fatal(err)
			}
			form.Starts, form.Description = form.Starts.Add(extra), "New."
			if err := sessions.Change(p.app, p.actor("organizer"), first.Id, form, sessions.ScopeSeries); err != nil {
				t.Fatal(err)
			}
			check("changed", "Changed")
		})
	}
}

// Series with seconds that an earlier version stored are read as whole minutes, too.
func TestSeries_StoredWithSeconds_CalendarUsesWholeMinutes(t *testing.T) {
	p := newMailFixture(t)
	first := p.newSession(sessions.Form{Starts: daysFromNow(1, 10), Rule: "FREQ=DAILY;COUNT=3", Guests: []string{"zed@out.example"}})
	p.deliver()
	hookstest.Exec(t, p.app, "UPDATE series SET starts = replace(starts, ':00.000Z', ':17.000Z')", nil)
	form, err := sessions.FormOf(p.app, first)
	if err != nil {
		t.Fatal(err)
	}
	form.Title = "Daily"
	if err := sessions.Change(p.app, p.actor("organizer"), first.Id, form, sessions.ScopeSeries); err != nil {
		t.Fatal(err)
	}
	file := emailTo(t, p.wantEmails("renamed", "Changed: Daily > zed@out.example"), "zed@out.example").Files[0].Content
	if got := decodeStarts(t, file); len(got) != 3 || !got[0].Equal(daysFromNow(1, 10)) {
		t.Errorf("%v in %s", got, file)
	}
}
