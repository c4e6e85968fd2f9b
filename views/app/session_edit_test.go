package app_test

import (
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestSessionForm_Invalid_ListsAllErrorsAndKeepsInput(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	session := w.newSession("Dailies", sessions.Form{}, w.paul)
	form := sessionForm("title", " ", "description", "Bring the notes.", "time", "25:99", "minutes", "9999", "guests", "Ana <ana@out.example>\nada", "cohosts", "stranger@halation.example, x@out.example",
		"elsewhere", "http://localhost", "people", "-1", "repeat", "daily", "ends", "count", "count", "999")
	all := []string{`href="#title"`, `href="#time"`, `href="#minutes"`, `href="#guests"`, `href="#cohosts"`, `href="#elsewhere"`, `href="#people"`, `href="#count"`,
		"", "Ana &lt;ana@out.example&gt;", "Bring the notes."}
	all[8] = "“stranger@halation.example” and “x@out.example” aren&#39;t members of the team."
	assertPage(t, olga.Post(appURL+"/sessions/new", form), 422, all...)
	form.Del("repeat") // a single session has no rule
	assertPage(t, olga.Post(appURL+"/sessions/"+session.Id+"/edit", form), 422, append(all[:7:7], all[8:]...)...)
	if r := olga.Post(appURL+"/sessions/new", sessionForm("time", "25:99")); strings.Contains(r.Body, `href="#date"`) {
		t.Error("a wrong time also puts an error at the date")
	}
}

func TestEditAndDuplicate_KeepNamesOfGuests(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	session := w.newSession("Dailies", sessions.Form{Guests: []string{"Ana Sá <ana@out.example>"}, Presenters: []string{"Bo Lee <bo@out.example>"}})
	for _, page := range []string{session.Id + "/edit", "new?from=" + session.Id} {
		assertPage(t, olga.Get(appURL+"/sessions/"+page), 200, "Ana Sá &lt;ana@out.example&gt;", "Bo Lee &lt;bo@out.example&gt;")
	}
	r := olga.Post(appURL+"/sessions/new", sessionForm("guests", "Ana Sá <ana@out.example>", "presenters", "Bo Lee <bo@out.example>"))
	assertPage(t, olga.Get(r.Location), 200, "Ana Sá", "Bo Lee")
}

func TestSessionForm_AddressOfMember_IsTheMember(t *testing.T) {
	w := newFixture(t)
	r := w.As(w.olga).Post(appURL+"/sessions/new", sessionForm("guests", " PAUL@Halation.example ", "presenters", "Someone <adam@halation.example>"))
	if r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, r.Body)
	}
	for address, user := range map[string]string{"paul@halation.example": w.paul.Id, "adam@halation.example": w.admin.Id} {
		p, err := sessions.FindParticipantByEmail(w.App, path.Base(r.Location), address)
		if err != nil || p.UserID() != user {
			t.Errorf("%s: got %v, %v; want the participant of account %s", address, p, err, user)
		}
	}
}

func TestEditSession_AfterTheStart_SaysWhatIsPossible(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	session := w.newSession("Dailies", sessions.Form{}, w.paul)
	page := appURL + "/sessions/" + session.Id + "/edit"
	for status, words := range map[string][]string{
		sessions.Running:   {"This session is running.", "extend the session by 15 minutes", `href="/s/` + session.Code() + `"`},
		sessions.Ended:     {"This session has ended.", "new?from=" + session.Id},
		sessions.Cancelled: {"This session was cancelled.", "new?from=" + session.Id},
	} {
		hookstest.Exec(t, w.App, "UPDATE sessions SET status = {:s}", dbx.Params{"s": status})
		r := olga.Get(page)
		assertPage(t, r, 200, words...)
		assertNotContains(t, r, "Save session", `name="title"`)
		assertPage(t, olga.Post(page, sessionForm("title", "Typed")), 422, `value="Typed"`)
		assertPage(t, w.As(w.paul).Get(page), 403)
	}
}

func TestDetails_NeverStarted_OffersOnlyDuplicate(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	session := w.newSession("Dailies", sessions.Form{}, w.paul)
	hookstest.Exec(t, w.App, "UPDATE sessions SET starts = '2026-05-12 09:00:00.000Z', ends = '2026-05-12 10:00:00.000Z'", nil)
	page := appURL + "/sessions/" + session.Id
	r := olga.Get(page)
	assertPage(t, r, 200, "new?from="+session.Id)
	assertNotContains(t, r, page+"/edit", page+"/cancel", page+"/start")
	r = olga.Get(page + "/edit")
	assertPage(t, r, 200, "This session was never started.", "duplicate it and choose a new time", "new?from="+session.Id)
	assertNotContains(t, r, "Save session", `name="title"`)
	assertPage(t, olga.Post(page+"/edit", sessionForm("title", "Typed")), 422, "The time of this session has passed. Schedule a new one.")
}

func TestEditSeries_NamesSessionsChangedOnTheirOwn(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	first := w.newSession("Dailies", sessions.Form{Rule: "FREQ=DAILY;COUNT=3"}, w.paul)
	page := func(s *sessions.Session) string { return appURL + "/sessions/" + s.Id + "/edit" }
	assertNotContains(t, olga.Get(page(first)), "changed individually")
	all, err := sessions.ListInSeries(w.App, first.SeriesID())
	if err != nil {
		t.Fatal(err)
	}
	day := func(s *sessions.Session) string { return s.Starts().Format("2006-01-02") }
	own := sessionForm("title", "Final", "date", day(all[1]), "time", "15:00", "guests", "paul@halation.example", "scope", "this")
	if r := olga.Post(page(all[1]), own); r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, r.Body)
	}
	hookstest.Exec(t, w.App, "UPDATE users SET timezone = 'UTC'", nil)
	assertPage(t, olga.Get(page(first)), 200, "1 session was changed individually", all[1].Starts().Format("Mon 2 Jan 2006")+", 15:00: time and title (“Final”)", `value="keep"`)
	assertPage(t, olga.Get(page(all[1])), 200, "This session: time and title")
	series := func(change ...string) {
		t.Helper()
		form := sessionForm(append([]string{"date", day(first), "time", first.Starts().Format("15:04"), "guests", "paul@halation.example", "scope", "series",
			"repeat", "daily", "ends", "count", "count", "3", "rule", "FREQ=DAILY;COUNT=3"}, change...)...)
		if r := olga.Post(page(first), form); r.Status != http.StatusSeeOther {
			t.Fatal(r.Status, r.Body)
		}
	}
	title := func() string { return hookstest.FindRecord(t, w.App, "sessions", all[1].Id).GetString("title") }
	series("title", "Rushes")
	if got := title(); got != "Final" {
		t.Errorf("by default: got %q, want Final", got)
	}
	series("title", "Rushes", "own", "overwrite")
	if got := title(); got != "Rushes" {
		t.Errorf("overwritten: got %q, want Rushes", got)
	}
}
