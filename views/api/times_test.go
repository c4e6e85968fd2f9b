package api_test

import (
	"strings"
	"testing"
	"time"
)

// A start is on a whole minute, however exactly a program writes it, and so is every session of a series.
func TestStarts_SecondsAndZones_AreOnTheWholeMinute(t *testing.T) {
	w := newWorld(t)
	at := on(2, 9)
	want := at.Format(time.RFC3339)
	for name, starts := range map[string]string{
		"whole": want, "seconds": at.Add(17 * time.Second).Format(time.RFC3339), "toISOString": at.Add(59*time.Second + 999*time.Millisecond).Format("2006-01-02T15:04:05.000Z"),
		"an offset": at.Add(30 * time.Second).In(time.FixedZone("", 19800)).Format(time.RFC3339), "nanoseconds": at.Add(time.Nanosecond).Format(time.RFC3339Nano),
	} {
		for _, rule := range []string{"", "FREQ=DAILY;COUNT=3"} {
			status, body := w.as("organizer", "POST", w.path("/sessions"), object{"title": name, "starts": starts, "minutes": 30, "rule": rule})
			done(t, status, body)
			if body["starts"] != want {
				t.Errorf("%s, rule %q: starts %v, want %s", name, rule, body["starts"], want)
			}
			id := body["id"].(string)
			status, body = w.as("organizer", "PATCH", "/api/sessions/"+id, object{"starts": starts, "scope": "series"})
			done(t, status, body)
			if body["starts"] != want {
				t.Errorf("%s, rule %q, changed: starts %v, want %s", name, rule, body["starts"], want)
			}
			status, body = w.as("organizer", "POST", "/api/sessions/"+id+"/duplicate", object{"starts": starts})
			done(t, status, body)
			if body["starts"] != want {
				t.Errorf("%s, rule %q, again: starts %v, want %s", name, rule, body["starts"], want)
			}
		}
	}
}

func TestStarts_WhatIsNoTime_IsRefusedClearly(t *testing.T) {
	w := newWorld(t)
	for starts, says := range map[string]string{
		"+012026-11-22T10:00:00Z": "Give a year from 1970 to 2199.", "52026-11-22T10:00:00Z": "Give a year from 1970 to 2199.",
		"0001-01-01T00:00:00Z": "Give a year from 1970 to 2199.", "9999-12-31T23:59:59-01:00": "Give a year from 1970 to 2199.",
		"2026-11-22T10:00:00": "Give a time with its zone", "2026-11-22": "Give a time with its zone", "tomorrow": "Give a time with its zone", "": "Give a time with its zone",
	} {
		status, body := w.as("organizer", "POST", w.path("/sessions"), object{"title": "A", "starts": starts, "minutes": 30})
		refused(t, status, body, 400, "starts", "bad_time")
		if !strings.Contains(text(body), says) {
			t.Errorf("%s: no %q in %s", starts, says, text(body))
		}
	}
	status, body := w.as("organizer", "POST", w.path("/sessions"), object{"title": "A", "minutes": 30, "rule": "FREQ=DAILY;COUNT=3"})
	refused(t, status, body, 400, "starts", "bad_time")
	status, body = w.as("organizer", "GET", w.path("/sessions?from=9999-12-31T00:00:00Z"), nil)
	refused(t, status, body, 400, "from", "bad_time")
}
