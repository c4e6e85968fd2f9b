package api_test

import (
	"strings"
	"testing"
	"time"
)

// A start is on a whole minute, however exactly a program writes it, and so is every session of a series.
func TestStarts_SecondsAndZones_RoundToMinute(t *testing.T) {
	w := newFixture(t)
	at := dayAt(2, 9)
	want := at.Format(time.RFC3339)
	for name, starts := range map[string]string{
		"whole": want, "seconds": at.Add(17 * time.Second).Format(time.RFC3339), "toISOString": at.Add(59*time.Second + 999*time.Millisecond).Format("2006-01-02T15:04:05.000Z"),
		"an offset": at.Add(30 * time.Second).In(time.FixedZone("", 19800)).Format(time.RFC3339), "nanoseconds": at.Add(time.Nanosecond).Format(time.RFC3339Nano),
	} {
		for _, rule := range []string{"", "FREQ=DAILY;COUNT=3"} {
			status, body := w.callAs("organizer", "POST", w.path("/sessions"), object{"title": name, "starts": starts, "minutes": 30, "rule": rule})
			requireOK(t, status, body)
			if body["starts"] != want {
				t.Errorf("%s, rule %q: starts %v, want %s", name, rule, body["starts"], want)
			}
			id := body["id"].(string)
			status, body = w.callAs("organizer", "PATCH", "/api/sessions/"+id, object{"starts": starts, "scope": "series"})
			requireOK(t, status, body)
			if body["starts"] != want {
				t.Errorf("%s, rule %q, changed: starts %v, want %s", name, rule, body["starts"], want)
			}
			status, body = w.callAs("organizer", "POST", "/api/sessions/"+id+"/duplicate", object{"starts": starts})
			requireOK(t, status, body)
			if body["starts"] != want {
				t.Errorf("%s, rule %q, again: starts %v, want %s", name, rule, body["starts"], want)
			}
		}
	}
}

func TestStarts_InvalidTime_IsRefused(t *testing.T) {
	w := newFixture(t)
	for starts, says := range map[string]string{
		"+012026-11-22T10:00:00Z": "Enter a year from 1970 to 2199.", "52026-11-22T10:00:00Z": "Enter a year from 1970 to 2199.",
		"0001-01-01T00:00:00Z": "Enter a year from 1970 to 2199.", "9999-12-31T23:59:59-01:00": "Enter a year from 1970 to 2199.",
		"2026-11-22T10:00:00": "Enter a time with its UTC offset", "2026-11-22": "Enter a time with its UTC offset", "tomorrow": "Enter a time with its UTC offset", "": "Enter a time with its UTC offset",
	} {
		status, body := w.callAs("organizer", "POST", w.path("/sessions"), object{"title": "A", "starts": starts, "minutes": 30})
		assertRefused(t, status, body, 400, "starts", "bad_time")
		if !strings.Contains(toJSON(body), says) {
			t.Errorf("%s: no %q in %s, want it to contain %q", starts, says, toJSON(body), says)
		}
	}
	status, body := w.callAs("organizer", "POST", w.path("/sessions"), object{"title": "A", "minutes": 30, "rule": "FREQ=DAILY;COUNT=3"})
	assertRefused(t, status, body, 400, "starts", "bad_time")
	status, body = w.callAs("organizer", "GET", w.path("/sessions?from=9999-12-31T00:00:00Z"), nil)
	assertRefused(t, status, body, 400, "from", "bad_time")
}
