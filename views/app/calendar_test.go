package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

func TestCalendar_ShowsOnlyOwnSessions(t *testing.T) {
	w := newFixture(t)
	hookstest.Exec(t, w.App, "UPDATE users SET timezone = 'Europe/Lisbon'", nil)
	at := func(day string) time.Time { // noon, a week ahead of the day that it is moved to
		return time.Now().UTC().Truncate(time.Hour).Add(48 * time.Hour)
	}
	move := func(s *sessions.Session, from, to string) {
		hookstest.Exec(t, w.App, "UPDATE sessions SET starts = {:f}, ends = {:t} WHERE id = {:id}", dbx.Params{"f": from + ".000Z", "t": to + ".000Z", "id": s.Id})
	}
	one := w.newSession("Conform", sessions.Form{Starts: at("")}, w.paul)
	two := w.newSession("ADR", sessions.Form{Starts: at("")}, w.paul)
	other := w.newSession("Salaries", sessions.Form{Starts: at("")})
	gone := w.newSession("Called off", sessions.Form{Starts: at("")}, w.paul)
	move(one, "2030-07-05 09:00:00", "2030-07-05 10:00:00") // 10:00 in Lisbon
	move(two, "2030-07-05 09:30:00", "2030-07-05 10:30:00")
	move(other, "2030-07-05 09:00:00", "2030-07-05 10:00:00")
	move(gone, "2030-07-06 09:00:00", "2030-07-06 10:00:00")
	hookstest.Exec(t, w.App, "UPDATE participants SET answer = 'yes' WHERE session = {:id}", dbx.Params{"id": one.Id})
	hookstest.Exec(t, w.App, "UPDATE sessions SET status = 'cancelled' WHERE id = {:id}", dbx.Params{"id": gone.Id})
	paul := w.As(w.paul)
	r := paul.Get(appURL + "/calendar?date=2030-07-05")
	assertPage(t, r, 200, "1 to 7 Jul 2030", "Times are in Lisbon time", `class="ev r-9 n-4 l-1-2" data-state="planned"`, `class="ev r-11 n-4 l-2-2" data-state="unanswered"`, `data-state="cancelled"`, "10:00", "10:30")
	assertNotContains(t, r, "Salaries", "data-slot", "/sessions/new")
	r = w.As(w.olga).Get(appURL + "/calendar?date=2030-07-05")
	assertPage(t, r, 200, "Salaries", "date=2030-07-03&amp;time=08%3A30&amp;zone=Europe%2FLisbon", "l-1-3")
	for _, view := range []string{"month", "agenda"} {
		assertPage(t, paul.Get(appURL+"/calendar?date=2030-07-05&view="+view), 200, "Conform", "ADR", "Called off")
	}
	assertPage(t, paul.Get(appURL+"/calendar?view=month&date=2030-07-31"), 200, "July 2030", "date=2030-08-01", "date=2030-06-01")
	for _, odd := range []string{"?date=yesterday", "?view=year", "?date=9999-99-99", "?date=0001-01-01", "?view=%00"} {
		assertPage(t, paul.Get(appURL+"/calendar"+odd), 200, "Times are in Lisbon time")
	}
	if r := paul.Get(appURL + "/calendar"); strings.Contains(r.Body, "style=") {
		t.Error("a style in the page")
	}
}

func TestPages_TimesHaveTwoDigitHours(t *testing.T) {
	w := newFixture(t)
	name := "Edit bay"
	room, err := rooms.Create(w.App, hookstest.Actor(t, w.App, w.owner, w.team), rooms.Profile{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	olga, day := w.As(w.olga), time.Now().UTC().AddDate(0, 1, 0).Format(time.DateOnly)
	r := olga.Post(appURL+"/sessions/new", sessionForm("date", day, "time", "09:05", "minutes", "45", "room", room.Id))
	if r.Status != http.StatusSeeOther {
		t.Fatal(r.Status, r.Body)
	}
	short := regexp.MustCompile(`[^0-9:.][0-9]:[0-5][0-9]`)
	for _, page := range []string{r.Location, appURL + "/sessions", appURL + "/calendar?date=" + day, appURL + "/calendar?view=agenda&date=" + day, appURL + "/rooms?date=" + day} {
		r := olga.Get(page)
		assertPage(t, r, 200, "09:05")
		if found := short.FindString(r.Body); found != "" {
			t.Errorf("%s has %q, want none", page, found)
		}
	}
}

func TestCalendar_OtherPeriod_ShowsTodayOnNarrowScreens(t *testing.T) {
	w := newFixture(t)
	today := regexp.MustCompile(`<a class="btn ?(only-wide)?"[^>]*>[^<]*Today`)
	for _, view := range []string{"month", "week", "agenda"} {
		for query, wide := range map[string]bool{"": true, "&date=2030-07-05": false} {
			r := w.As(w.paul).Get(appURL + "/calendar?view=" + view + query)
			if found := today.FindStringSubmatch(r.Body); found == nil || (found[1] != "") != wide {
				t.Errorf("%s%s: %q, %v", view, query, found, wide)
			}
		}
	}
}

func TestCalendarCard_OpensOverTheWeek(t *testing.T) {
	w := newFixture(t)
	session := w.newSession("Conform", sessions.Form{}, w.paul)
	request, _ := http.NewRequest(http.MethodGet, w.URL+appURL+"/sessions/"+session.Id+"?on=week", nil)
	request.Header.Set("HX-Request", "true")
	request.Header.Set("HX-Target", "div#card")
	r := w.As(w.paul).Send(request)
	assertPage(t, r, 200, `class="pop"`, "Are you going?", "Copy link")
	assertNotContains(t, r, "<html", "Cancel session…")
	assertPage(t, w.As(w.paul).Get(appURL+"/sessions/"+session.Id+"?on=week&date=2030-07-05"), 200, "1 to 7 Jul 2030", `id="details"`, appURL+"/calendar?date=2030-07-05&amp;view=week")
}

func TestFeed_SecretURL_CanBeReset(t *testing.T) {
	w := newFixture(t)
	w.newSession("Conform", sessions.Form{}, w.paul)
	w.newSession("Salaries", sessions.Form{})
	paul := w.As(w.paul)
	assertPage(t, paul.Get(appURL+"/calendar?feed=1"), 200, "Create one to see your sessions", "Create feed")
	over, _ := http.NewRequest(http.MethodGet, w.URL+appURL+"/calendar?view=month&feed=1", nil)
	over.Header.Set("HX-Request", "true")
	over.Header.Set("HX-Target", "div#dialog")
	if r := paul.Send(over); !strings.HasPrefix(strings.TrimSpace(r.Body), "<dialog") {
		t.Errorf("over the page that is there: %s, want it to contain %q", r.Body, "<dialog")
	}
	if r := paul.Post(appURL+"/calendar/feed?date=2030-07-05&view=month", nil); r.Location != appURL+"/calendar?date=2030-07-05&view=month&feed=1" {
		t.Errorf("from a month it leads to %s", r.Location)
	}
	hookstest.Exec(t, w.App, "DELETE FROM feeds", nil)
	if n := hookstest.Count(t, w.App, "feeds"); n != 0 {
		t.Fatal("a look made a feed")
	}
	address := func() string {
		t.Helper()
		if r := paul.Post(appURL+"/calendar/feed", nil); r.Status != http.StatusSeeOther {
			t.Fatal(r.Status, r.Body)
		}
		r := paul.Get(appURL + "/calendar?feed=1")
		assertPage(t, r, 200, "Replace address")
		return strings.TrimPrefix(regexp.MustCompile(`http://[^"]+/calendar/usf_[^"]+\.ics`).FindString(r.Body), w.URL)
	}
	first := address()
	r := w.Anonymous().Get(first)
	assertPage(t, r, 200, "SUMMARY:Conform")
	assertNotContains(t, r, "Salaries")
	if r.Header.Get("Cache-Control") != "private, no-store" || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/calendar") || r.Header.Get("Referrer-Policy") != "same-origin" {
		t.Error(r.Header)
	}
	second := address()
	assertPage(t, w.Anonymous().Get(first), 404)
	assertPage(t, w.Anonymous().Get(second), 200, "SUMMARY:Conform")
	assertPage(t, w.Anonymous().Get("/calendar/usf_nothing.ics"), 404)
	if r := w.As(w.olga).Get(appURL + "/calendar?feed=1"); strings.Contains(r.Body, second) {
		t.Error("another's feed")
	}
	assertPage(t, w.As(w.foreign).Post(appURL+"/calendar/feed", nil), 404)
	assertPage(t, paul.Post(appURL+"/leave", nil), http.StatusSeeOther)
	assertPage(t, w.Anonymous().Get(second), 404)
	for range 30 {
		w.Anonymous().Get("/calendar/usf_guess.ics")
	}
	assertPage(t, w.Anonymous().Get("/calendar/usf_guess.ics"), http.StatusTooManyRequests)
}
