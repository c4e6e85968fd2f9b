package panel_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/sessions"
	"usher/views/panel"
)

func (s *fixture) setLimits(admin, organizer, licences int) {
	s.t.Helper()
	hookstest.Exec(s.t, s.App, "UPDATE teams SET admin_seats = {:a}, organizer_seats = {:o}, licences = {:l} WHERE id = {:id}",
		dbx.Params{"a": admin, "o": organizer, "l": licences, "id": s.team.Id})
}

var tagPattern = regexp.MustCompile(`<[^>]*>`)

// visibleText is the text of a page, navigation included, with single spaces.
func visibleText(body string) string {
	text := strings.Join(strings.Fields(tagPattern.ReplaceAllString(body, " ")), " ")
	return strings.ReplaceAll(text, " ,", ",")
}

func TestLicences_ShowUseAndHolders(t *testing.T) {
	s := newFixture(t, true)
	s.setLimits(5, 5, 3)
	running := hookstest.StartSession(t, s.App, s.owner, s.team, sessions.Form{Title: "Kestrel, reel 3"})
	external := hookstest.StartSession(t, s.App, s.organizer, s.team, sessions.Form{Title: "Fjord", ExternalLink: "https://meet.example.org/fjord"})
	hookstest.StartSession(t, s.App, s.other, s.foreign, sessions.Form{Title: "Grain in private"})
	r := s.As(s.admin).Get(s.path("/licences"))
	assertPage(t, r, http.StatusOK, `href="/app/halation-post/sessions/`+running.Id+`"`, `href="/app/halation-post/sessions/`+external.Id+`"`,
		`href="`+s.userPath(s.organizer, "")+`"`, "In another tool", `>2 of 3`)
	text := visibleText(r.Body)
	for _, want := range []string{"2 of 3 in use, 1 free", "2 of 5 Admin seats used, 0 reserved, 3 free", "2 of 5 Organizer seats used", "1 licence left.",
		"At most 2 licences at the same time, last on " + time.Now().UTC().Format("2 January")} {
		if !strings.Contains(text, want) {
			t.Errorf("the page doesn't say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Grain in private") {
		t.Error("the page shows a session of another team")
	}
	if strings.Contains(r.Body, `href="`+s.userPath(s.owner, "")+`" hx-`) || strings.Contains(r.Body, `hx-target="#details"`) {
		t.Error("a seat opens the details of a user beside a page that isn't the list")
	}
}

func TestLicences_WithoutSessions_SayWhatAppears(t *testing.T) {
	s := newFixture(t, true)
	s.setLimits(-1, -1, -1)
	r := s.As(s.owner).Get(s.path("/licences"))
	assertPage(t, r, http.StatusOK, "No licences are in use.", "No sessions are scheduled.", "No sessions yet.")
	text := visibleText(r.Body)
	for _, want := range []string{"0 in use, no limit", "2 Admin seats used, 0 reserved, no limit"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page doesn't say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "-1") {
		t.Errorf("the page shows the number that stands for no limit:\n%s", text)
	}
}

func TestLicences_ForecastConflicts_NameSessions(t *testing.T) {
	s := newFixture(t, true)
	s.setLimits(5, 5, 1)
	start := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 2).Add(10 * time.Hour)
	first := hookstest.ScheduleSession(t, s.App, s.owner, s.team, sessions.Form{Title: "First", Starts: start})
	second := hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Title: "Second", Starts: start.Add(30 * time.Minute)})
	hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{Title: "Third", Starts: start.Add(90 * time.Minute)}) // when the second ends
	r := s.As(s.owner).Get(s.path("/licences"))
	assertPage(t, r, http.StatusOK, "More sessions than licences at 1 time.", `data-state="over"`, "/sessions/"+first.Id, "/sessions/"+second.Id)
	if text := visibleText(r.Body); !strings.Contains(text, "10:30 to 11:00 2 sessions, 1 licence") || strings.Contains(text, "Third") {
		t.Errorf("got %s", text)
	}
}

func TestLicences_Shortage_IsOnThePagesThatHelp(t *testing.T) {
	s := newFixture(t, true)
	s.setLimits(2, 5, 1)
	b := s.As(s.owner)
	assertPage(t, b.Get(s.path("/users")), http.StatusOK, "No Admin seats left.")
	hookstest.StartSession(t, s.App, s.owner, s.team, sessions.Form{})
	assertPage(t, b.Get(s.path("/licences")), http.StatusOK, "No Admin seats and no licences left.")
	if r := b.Get(s.path("/settings")); strings.Contains(r.Body, "seats left.") {
		t.Error("the settings have a notice about seats")
	}
	s.setLimits(3, 5, 2)
	if r := b.Get(s.path("/users")); !strings.Contains(r.Body, "1 Admin seat left.") || strings.Contains(r.Body, "licence left.") {
		t.Errorf("got another notice than that 1 Admin seat is left")
	}
	hookstest.Exec(t, s.App, "UPDATE teams SET admin_seats = 9", nil)
	if r := b.Get(s.path("/users")); strings.Contains(r.Body, "left.</b>") {
		t.Errorf("got a notice without a shortage")
	}
}

// The Licences page, the navigation, the Users page, the plan and the API count the same seats and licences.
func TestCounts_AreTheSameEverywhere(t *testing.T) {
	s := newFixture(t, true)
	s.setLimits(7, 9, 4)
	hookstest.Invite(t, s.App, s.owner, s.team, "open@halation.example", "organizer", "admin")
	hookstest.Invite(t, s.App, s.owner, s.team, "late@halation.example", "organizer")
	late, err := invitations.FindPending(s.App, s.team.Id, "late@halation.example")
	if err != nil {
		t.Fatal(err)
	}
	hookstest.Exec(t, s.App, "UPDATE invitations SET expires = '2026-01-01 00:00:00.000Z' WHERE id = {:id}", dbx.Params{"id": late.Id}) // not marked yet
	hookstest.StartSession(t, s.App, s.owner, s.team, sessions.Form{})
	hookstest.StartSession(t, s.App, s.organizer, s.team, sessions.Form{ExternalLink: "https://meet.example.org/x"})
	hookstest.ScheduleSession(t, s.App, s.organizer, s.team, sessions.Form{})

	token := s.Token(s.owner)
	_, seats := s.Call(token, "GET", "/api/teams/"+s.team.Id+"/seats", nil)
	_, report := s.Call(token, "GET", "/api/teams/"+s.team.Id+"/licences", nil)
	const wantAdmin, wantOrganizer, wantLicences = "limit 7 used 2 reserved 1 free 4", "limit 9 used 2 reserved 1 free 6", "limit 4 used 2 free 2"
	for what, got := range map[string]string{wantAdmin: "admin", wantOrganizer: "organizer", wantLicences: "licences"} {
		for name, answer := range map[string]map[string]any{"/seats": seats, "/licences": report} {
			if counts := formatCounts(answer[got]); counts != what {
				t.Errorf("%s: got the %s %s, want %s", name, got, counts, what)
			}
		}
	}
	licences := report["licences"].(map[string]any)
	if n := len(licences["sessions"].([]any)); n != 2 {
		t.Errorf("the API lists %d sessions, want 2", n)
	}
	if peaks := report["peaks"].([]any); peaks[len(peaks)-1].(map[string]any)["licences"] != 2.0 {
		t.Errorf("the API has the peak %v today, want 2", peaks[len(peaks)-1])
	}

	b := s.As(s.owner)
	seatWords := []string{"2 of 7 Admin seats used, 1 reserved, 4 free", "2 of 9 Organizer seats used, 1 reserved, 6 free"}
	for path, wants := range map[string][]string{
		"/licences": append([]string{"2 of 4 in use, 2 free", "Licences 2 of 4 in use"}, seatWords...),
		"/users":    append([]string{"Licences 2 of 4 in use"}, seatWords...),
		"/billing":  {"Licences 2 of 4 in use", "Admin seats 2 used, 1 reserved, 4 free 7", "Organizer seats 2 used, 1 reserved, 6 free 9", "Licences 2 in use 4", "Storage for recordings 0 bytes used 100 GB"},
	} {
		text := visibleText(b.Get(s.path(path)).Body)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s doesn't say %q:\n%s", path, want, text)
			}
		}
	}
}

func formatCounts(counts any) string {
	var words []string
	for _, key := range []string{"limit", "used", "reserved", "free"} {
		if n, ok := counts.(map[string]any)[key]; ok {
			words = append(words, fmt.Sprintf("%s %v", key, n))
		}
	}
	return strings.Join(words, " ")
}

func TestNewScale_HasFewEvenLines(t *testing.T) {
	for n, want := range map[int]string{1: "1 [0 1]", 3: "3 [0 1 2 3]", 4: "4 [0 1 2 3 4]", 5: "6 [0 2 4 6]", 8: "8 [0 2 4 6 8]", 9: "10 [0 5 10]",
		25: "30 [0 10 20 30]", 100: "100 [0 50 100]", 200: "200 [0 50 100 150 200]", 450: "600 [0 200 400 600]"} {
		top, ticks := panel.NewScale(n)
		if got := fmt.Sprint(top, " ", ticks); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
