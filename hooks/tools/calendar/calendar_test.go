package calendar_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	reader "github.com/emersion/go-ical"

	"usher/hooks/tools/calendar"
)

func loadZone(t *testing.T, name string) *time.Location {
	t.Helper()
	at, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// parse reads a file by another program's code, and its lines by RFC 5545: CRLF, and at most 75 octets.
func parse(t *testing.T, file []byte) *reader.Calendar {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSuffix(string(file), "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	read, err := reader.NewDecoder(bytes.NewReader(file)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, file)
	}
	return read
}

// offsetAt is what a VTIMEZONE of the file says of a local time: the part that began last (RFC 5545, 3.6.5).
func offsetAt(t *testing.T, file *reader.Calendar, name string, local time.Time) time.Duration {
	t.Helper()
	for _, child := range file.Children {
		if id, _ := child.Props.Text(reader.PropTimezoneID); child.Name != reader.CompTimezone || id != name {
			continue
		}
		var last time.Time
		offset := ""
		for _, part := range child.Children {
			began, err := time.Parse("20060102T150405", part.Props.Get(reader.PropDateTimeStart).Value)
			if err != nil {
				t.Fatal(err)
			}
			if !began.After(local) && (offset == "" || began.After(last)) {
				last, offset = began, part.Props.Get(reader.PropTimezoneOffsetTo).Value
			}
		}
		if offset == "" {
			t.Fatalf("the file does not say how the clocks of %s are at %v", name, local)
		}
		var hours, minutes int
		if _, err := fmt.Sscanf(offset[1:], "%02d%02d", &hours, &minutes); err != nil {
			t.Fatal(err)
		}
		d := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
		if offset[0] == '-' {
			return -d
		}
		return d
	}
	t.Fatalf("no zone %s in the file", name)
	return 0
}

func TestWrite_TimesAreCorrectInEveryZone(t *testing.T) {
	for _, name := range []string{"Europe/Lisbon", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Tokyo", "Africa/Casablanca", "UTC"} {
		at := loadZone(t, name)
		for month := range 14 {
			for _, day := range []int{1, 7, 8, 25, 28, 29, 31} {
				starts := time.Date(2026, time.January+time.Month(month), day, 10, 15, 0, 0, at)
				file := parse(t, calendar.Write(calendar.Request, "", calendar.Event{UID: "a@x", Stamp: starts, Starts: starts, Ends: starts.Add(26 * time.Hour), Zone: at, Title: "x"}))
				event := file.Events()[0]
				got, err := event.DateTimeStart(nil)
				if err != nil || !got.Equal(starts) {
					t.Fatalf("%s: %v reads %v, %v, want %v", name, starts, got, err, starts)
				}
				if ends, err := event.DateTimeEnd(nil); err != nil || !ends.Equal(starts.Add(26*time.Hour)) {
					t.Fatalf("%s: ends %v, %v", name, ends, err)
				}
				if name == "UTC" {
					continue
				}
				local, _ := time.Parse("20060102T150405", event.Props.Get(reader.PropDateTimeStart).Value)
				if moment := local.Add(-offsetAt(t, file, name, local)); !moment.Equal(starts) {
					t.Fatalf("%s: by the file's own zone %v is %v, want %v", name, starts, moment, starts)
				}
			}
		}
	}
}

func TestWrite_Series_KeepsLocalTimeAcrossDST(t *testing.T) {
	for _, name := range []string{"Europe/Lisbon", "America/New_York", "Australia/Sydney", "Asia/Kolkata"} {
		at := loadZone(t, name)
		starts := time.Date(2026, 2, 2, 10, 0, 0, 0, at)
		off := time.Date(2026, 4, 6, 10, 0, 0, 0, at)
		moved := calendar.Event{UID: "s@x", Sequence: 2, Stamp: starts, Zone: at, Title: "Moved",
			RecurrenceID: time.Date(2026, 11, 9, 10, 0, 0, 0, at), Starts: time.Date(2026, 11, 10, 14, 0, 0, 0, at), Ends: time.Date(2026, 11, 10, 15, 0, 0, 0, at)}
		file := parse(t, calendar.Write(calendar.Request, "", calendar.Event{UID: "s@x", Sequence: 2, Stamp: starts, Starts: starts, Ends: starts.Add(time.Hour), Zone: at,
			Title: "Weekly", Rule: "FREQ=WEEKLY;COUNT=80", ExceptionDates: []time.Time{off}}, moved))
		events := file.Events()
		set, err := events[0].RecurrenceSet(at)
		if err != nil || set == nil {
			t.Fatal(err)
		}
		all := set.All()
		if len(all) != 79 || slices.ContainsFunc(all, off.Equal) {
			t.Errorf("%s: %d occurrences", name, len(all))
		}
		for _, one := range all {
			local := one.In(at)
			wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
			if local.Format("15:04") != "10:00" || !wall.Add(-offsetAt(t, file, name, wall)).Equal(one) {
				t.Errorf("%s: %v, want %q and %v", name, local, "10:00", one)
			}
		}
		of, err := events[1].Props.DateTime(reader.PropRecurrenceID, nil)
		if err != nil || !of.Equal(moved.RecurrenceID) || !slices.ContainsFunc(all, of.Equal) {
			t.Errorf("%s: moved from %v, %v", name, of, err)
		}
	}
}

func TestWrite_EscapesUserText(t *testing.T) {
	starts := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	title := "Review, \"part\" one; C:\\x\nBEGIN:VALARM " + strings.Repeat("Größe ", 30)
	description := "First\r\nSecond, with; signs\rATTENDEE:mailto:x@x.example\x00\x07\u2028end"
	file := calendar.Write(calendar.Cancel, "Sessions, of\r\nX-EVIL:1", calendar.Event{UID: "a@x\r\nX-EVIL:1", Sequence: 7, Stamp: starts, Starts: starts, Ends: starts.Add(time.Hour),
		Title: title, Description: description, Location: "Room\r\nX-EVIL:1", Link: "https://x.example/s/usp_a", Organizer: calendar.Person{Name: "Ann \"Boss\"; X-EVIL=1:mailto:e@x.example, O'Brien\r\n", Email: "a@x.example"},
		Attendees: []calendar.Person{{Name: "Zed\r\nX-EVIL:1", Email: "z@x.example\r\nX-EVIL:1"}}})
	read := parse(t, file)
	if bytes.Contains(file, []byte("\r\nX-EVIL")) || bytes.Contains(file, []byte("\r\nBEGIN:VALARM")) || bytes.ContainsAny(file, "\x00\x07") || len(read.Children) != 1 {
		t.Fatalf("%s", file)
	}
	event := read.Events()[0]
	for name, want := range map[string]string{
		reader.PropSummary: strings.Join(strings.Fields(title), " "), reader.PropDescription: "First\nSecond, with; signs\nATTENDEE:mailto:x@x.example end",
		reader.PropSequence: "7", reader.PropStatus: "CANCELLED", reader.PropLocation: "Room X-EVIL:1",
	} {
		if prop := event.Props.Get(name); prop == nil || textValue(t, prop) != want {
			t.Errorf("%s is %q, want %q", name, textValue(t, prop), want)
		}
	}
	if cn := event.Props.Get(reader.PropOrganizer).Params.Get(reader.ParamCommonName); cn != "Ann Boss X-EVIL=1 mailto e@x.example O’Brien" {
		t.Errorf("the organizer is %q", cn)
	}
	if n := len(event.Props.Values(reader.PropAttendee)); n != 1 {
		t.Errorf("%d are asked, want 1", n)
	}
}

func textValue(t *testing.T, prop *reader.Prop) string {
	t.Helper()
	if prop.Name == reader.PropSequence {
		return prop.Value
	}
	value, err := prop.Text()
	if err != nil {
		t.Error(err)
	}
	return value
}

func TestWrite_FeedWithManyEvents(t *testing.T) {
	lisbon, tokyo := loadZone(t, "Europe/Lisbon"), loadZone(t, "Asia/Tokyo")
	var events []calendar.Event
	for n := range 300 {
		at := []*time.Location{lisbon, tokyo, nil}[n%3]
		starts := time.Date(2026, 1, 1+n, 10, 0, 0, 0, time.UTC)
		events = append(events, calendar.Event{UID: fmt.Sprint(n, "@x"), Stamp: starts, Starts: starts, Ends: starts.Add(time.Hour), Zone: at, Title: "x"})
	}
	read := parse(t, calendar.Write(calendar.Publish, "Halation Post", events...))
	if len(read.Events()) != 300 || len(read.Children) != 302 {
		t.Errorf("%d events, %d parts, want 300 and 302", len(read.Events()), len(read.Children))
	}
	for n, event := range read.Events() {
		if got, err := event.DateTimeStart(nil); err != nil || !got.Equal(events[n].Starts) {
			t.Errorf("%d: %v, %v, want %v", n, got, err, events[n].Starts)
		}
	}
	if name, _ := read.Props.Text("X-WR-CALNAME"); name != "Halation Post" {
		t.Errorf("it is called %q, want %q", name, "Halation Post")
	}
}
