package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// newUsageMonth adds two sessions of May 2026: one that ran for 20 minutes and 7 seconds of its hour with another resolution, and one that
// was never started. It returns their ids and that of the first one's room.
func (w *fixture) newUsageMonth() (ran, missed, room string) {
	w.t.Helper()
	name := "Grading suite"
	created, err := rooms.Create(w.App, hookstest.Actor(w.t, w.App, w.accounts["owner"], w.team), rooms.Profile{Name: &name})
	if err != nil {
		w.t.Fatal(err)
	}
	at := time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC)
	first := hookstest.PastSession(w.t, w.App, w.accounts["organizer"], w.team, hookstest.PastRun{Title: "Kestrel", Starts: at, Started: at, Ended: at.Add(20*time.Minute + 7*time.Second),
		Height: 720, FPS: 30, Codec: "vp9", Audio: "speech",
		Form: sessions.Form{Room: created.Id, Guests: []string{"gita@guest.example"}, Resolution: "1080p", FPS: 30, Codec: "vp9", Audio: "speech"}})
	second := hookstest.PastSession(w.t, w.App, w.accounts["owner"], w.team, hookstest.PastRun{Title: "Fjord", Starts: at.Add(24 * time.Hour), Minutes: 30,
		Form: sessions.Form{Resolution: "1080p", FPS: 30, Codec: "vp9", Audio: "speech"}})
	hookstest.Exec(w.t, w.App, "UPDATE sessions SET end_reason = 'admin' WHERE status = 'ended'", nil)
	hookstest.Exec(w.t, w.App, "UPDATE plans SET hourly_rate = 3, currency = 'EUR'", nil)
	return first.Id, second.Id, created.Id
}

func TestUsage_Values(t *testing.T) {
	w := newFixture(t)
	ran, missed, room := w.newUsageMonth()
	reply := w.sendAs("admin", http.MethodGet, w.path("/usage?month=2026-05"), "")
	var got map[string]any
	if err := json.Unmarshal([]byte(reply.Body), &got); err != nil || reply.Status != http.StatusOK {
		t.Fatalf("%d %s, %v", reply.Status, reply.Body, err)
	}
	asOf, err := time.Parse(time.RFC3339, got["asOf"].(string))
	if err != nil || time.Since(asOf) > time.Hour {
		t.Errorf("got the figures as of %v, %v", got["asOf"], err)
	}
	want := fmt.Sprintf(`{"month": "2026-05", "timezone": "UTC",
		"totals": {"sessions": 2, "scheduledSeconds": 5400, "actualSeconds": 1207, "upcoming": 0, "upcomingSeconds": 0, "running": 0,
			"scheduledCost": 4.5, "actualCost": 1.01, "hourlyRate": 3, "currency": "EUR"},
		"rows": [
			{"id": %q, "title": "Fjord", "organizer": %q, "organizerId": %q, "room": "", "roomName": "", "guests": 0, "scheduledSeconds": 1800, "actualSeconds": 0,
				"reason": "never_started", "reasons": ["never_started"],
				"scheduled": {"starts": "2026-05-13T09:00:00Z", "ends": "2026-05-13T09:30:00Z", "resolution": "1080p", "fps": 30, "codec": "vp9", "audio": "speech"},
				"actual": {"started": "", "ended": "", "endReason": "", "people": 0, "resolution": "", "fps": 0, "codec": "", "audio": ""}},
			{"id": %q, "title": "Kestrel", "organizer": %q, "organizerId": %q, "room": %q, "roomName": "Grading suite", "guests": 1, "scheduledSeconds": 3600, "actualSeconds": 1207,
				"reason": "ended_early", "reasons": ["ended_early", "settings_changed"],
				"scheduled": {"starts": "2026-05-12T09:00:00Z", "ends": "2026-05-12T10:00:00Z", "resolution": "1080p", "fps": 30, "codec": "vp9", "audio": "speech"},
				"actual": {"started": "2026-05-12T09:00:00Z", "ended": "2026-05-12T09:20:07Z", "endReason": "admin", "people": 1, "resolution": "720p", "fps": 30, "codec": "vp9", "audio": "speech"}}]}`,
		missed, w.accounts["owner"].GetString("name"), w.accounts["owner"].Id, ran, w.accounts["organizer"].GetString("name"), w.accounts["organizer"].Id, room)
	if a, b := normalizeJSON(t, reply.Body), normalizeJSON(t, want); a != b {
		t.Errorf("got\n%s, want\n%s", a, b)
	}
}

// normalizeJSON formats JSON in one way, without the time of the figures.
func normalizeJSON(t *testing.T, text string) string {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	delete(value, "asOf")
	out, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestUsage_WithoutRate_HasNoCost(t *testing.T) {
	w := newFixture(t)
	w.newUsageMonth()
	for _, change := range []string{"hourly_rate = 0", "hourly_rate = 3, currency = ''"} {
		hookstest.Exec(t, w.App, "UPDATE plans SET "+change, nil)
		_, got := w.callAs("owner", "GET", w.path("/usage?month=2026-05"), nil)
		for _, key := range []string{"scheduledCost", "actualCost", "hourlyRate", "currency"} {
			if value, ok := got["totals"].(map[string]any)[key]; ok {
				t.Errorf("%s: got the %s %v, want none", change, key, value)
			}
		}
	}
}

func TestUsage_Sorting(t *testing.T) {
	w := newFixture(t)
	w.newUsageMonth()
	for sort, want := range map[string]string{"": "Fjord Kestrel", "time": "Kestrel Fjord", "-time": "Fjord Kestrel", "title": "Fjord Kestrel", "-title": "Kestrel Fjord",
		"scheduled": "Fjord Kestrel", "-scheduled": "Kestrel Fjord", "actual": "Fjord Kestrel", "-actual": "Kestrel Fjord", "organizer": "", "-organizer": "", "nonsense": "Fjord Kestrel"} {
		_, got := w.callAs("owner", "GET", w.path("/usage?month=2026-05&sort=%s", sort), nil)
		var titles, organizers []string
		for _, row := range got["rows"].([]any) {
			titles = append(titles, row.(map[string]any)["title"].(string))
			organizers = append(organizers, strings.ToLower(row.(map[string]any)["organizer"].(string)))
		}
		if want != "" && strings.Join(titles, " ") != want {
			t.Errorf("%q: got %v, want %s", sort, titles, want)
		}
		if want == "" && slices.IsSorted(organizers) != (sort == "organizer") {
			t.Errorf("%q: got the organizers %v", sort, organizers)
		}
	}
}

func TestUsage_TwentyAtOnce_AllGetTheSame(t *testing.T) {
	w := newFixture(t)
	w.newUsageMonth()
	answers := make([]string, 20)
	hookstest.Race(len(answers), func(i int) error {
		reply := w.sendAs([]string{"owner", "admin"}[i%2], http.MethodGet, w.path("/usage?month=2026-05"), "")
		answers[i] = fmt.Sprint(reply.Status, " ", reply.Body)
		return nil
	})
	for n, answer := range answers {
		status, body, _ := strings.Cut(answer, " ")
		if status != "200" {
			t.Fatalf("answer %d: got %s", n, answer)
		}
		_, first, _ := strings.Cut(answers[0], " ")
		if got, want := normalizeJSON(t, body), normalizeJSON(t, first); got != want {
			t.Errorf("answer %d: got %s, want %s", n, got, want)
		}
	}
}
