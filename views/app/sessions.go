package app

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

const pageSize = 50

// sessionList shows the sessions that the user hosts or is invited to.
func sessionList(e *core.RequestEvent) error {
	props, err := loadSessionList(e, nil)
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "details") {
		return web.Render(e, http.StatusOK, detailsSwap(layout.PageTitle(e, "Sessions"), nil))
	}
	return web.Render(e, http.StatusOK, listPage(props))
}

// listQuery is the filter of the list, as in its URL.
type listQuery struct {
	sessions.Query
	page int // for display only: pagination uses After and Before
}

func parseListQuery(values url.Values) listQuery {
	q := listQuery{Query: sessions.Query{Show: values.Get("show"), Hosting: values.Get("by") == "me", Search: text.CleanSearch(text.Truncate(values.Get("q"), 100)),
		After: values.Get("after"), Before: values.Get("before"), Size: pageSize, Cancelled: true}}
	if q.Show != sessions.ShowRunning && q.Show != sessions.ShowPast {
		q.Show = sessions.ShowUpcoming
	}
	if q.After != "" {
		q.Before = ""
	}
	q.page, _ = strconv.Atoi(values.Get("page"))
	q.page = max(q.page, 1)
	if q.After == "" && q.Before == "" {
		q.page = 1
	}
	return q
}

// href returns the URL of the list, without default values.
func (q listQuery) href(path string) string {
	values := url.Values{}
	for name, value := range map[string]string{"q": q.Search, "after": q.After, "before": q.Before} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.Show != sessions.ShowUpcoming {
		values.Set("show", q.Show)
	}
	if q.Hosting {
		values.Set("by", "me")
	}
	if q.page > 1 {
		values.Set("page", strconv.Itoa(q.page))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

func (q listQuery) atPage(page int, after, before string) listQuery {
	q.page, q.After, q.Before = max(page, 1), after, before
	return q
}

// loadSessionList loads the list of the URL. current is the session whose details are open: if the URL names no tab,
// the tab that contains it is shown.
func loadSessionList(e *core.RequestEvent, current *sessions.Session) (listPageProps, error) {
	actor, path := web.Actor(e), sessionsPath(e)
	q := parseListQuery(e.Request.URL.Query())
	if current != nil && !e.Request.URL.Query().Has("show") {
		q.Show = tabOf(current)
	}
	props := listPageProps{Path: path, Query: q, CanHost: actor.CanHost(), Zone: layout.ZoneFor(actor), EmailOff: !mail.Enabled(e.App)}
	var err error
	if props.Shell, err = shell(e, "sessions", ui.Breadcrumb{Label: "Sessions"}); err != nil {
		return props, err
	}
	counts, err := sessions.CountForUser(e.App, actor, q.Hosting)
	if err != nil {
		return props, err
	}
	found, err := sessions.ListForUser(e.App, actor, q.Query)
	if err != nil {
		return props, err
	}
	for _, tab := range []struct {
		word, show string
		n          int
	}{{"Upcoming", sessions.ShowUpcoming, counts.Upcoming + counts.CancelledAhead}, {"Running", sessions.ShowRunning, counts.Running}, {"Past", sessions.ShowPast, counts.Past}} {
		to := listQuery{Query: sessions.Query{Show: tab.show, Hosting: q.Hosting}}
		props.Tabs = append(props.Tabs, ui.Filter{Label: tab.word, Count: text.Number(tab.n), Href: to.href(path), Current: q.Search == "" && tab.show == q.Show})
	}
	total := map[string]int{sessions.ShowUpcoming: counts.Upcoming + counts.CancelledAhead, sessions.ShowRunning: counts.Running, sessions.ShowPast: counts.Past}[q.Show]
	props.fillRows(e, found, current)
	props.fillPager(found, total)
	return props, nil
}

// tabOf returns the tab that contains the session.
func tabOf(session *sessions.Session) string {
	switch {
	case session.Status() == sessions.Running:
		return sessions.ShowRunning
	case session.Status() != sessions.Ended && session.Ends().After(time.Now()):
		return sessions.ShowUpcoming
	}
	return sessions.ShowPast
}

func (p *listPageProps) fillRows(e *core.RequestEvent, found sessions.Page, current *sessions.Session) {
	actor, now := web.Actor(e), time.Now().In(p.Zone)
	d := rowBuilder{path: p.Path, backPath: p.Path, viewerID: actor.Account.Id, canHost: actor.CanHost(), now: now, times: layout.TimesFor(actor)}
	for _, row := range found.Rows {
		r := newListRow(row, d.viewerID, now)
		r.Time += d.times.Suffix()
		if here := d.row(row); p.Query.Show != sessions.ShowPast && (row.Status == sessions.Running || here.ActionPost != "") {
			r.Action, r.ActionHref, r.ActionPost = here.Action, here.ActionHref, here.ActionPost
		}
		r.Href, r.Current = p.Query.href(p.Path+"/"+row.ID), current != nil && row.ID == current.Id
		p.Rows = append(p.Rows, r)
	}
}

func (p *listPageProps) fillPager(found sessions.Page, total int) {
	if len(found.Rows) == 0 {
		return
	}
	q := p.Query
	p.Pages.From = (q.page-1)*pageSize + 1
	p.Pages.To = p.Pages.From + len(found.Rows) - 1
	p.Pages.Total = max(total, p.Pages.To)
	if q.Search != "" {
		p.Pages.Total = p.Pages.To
	}
	if found.Back {
		p.Pages.Previous = q.atPage(q.page-1, "", found.Rows[0].ID).href(p.Path)
	}
	if found.Next {
		p.Pages.Next = q.atPage(q.page+1, found.Rows[len(found.Rows)-1].ID, "").href(p.Path)
	}
}

// newListRow returns a session as a list row for one user.
func newListRow(row sessions.Row, you string, now time.Time) listRow {
	from, to := row.Starts().In(now.Location()), row.Ends().In(now.Location())
	r := listRow{ID: row.ID, Title: row.Title, Day: dayLabel(from, now), Time: timeRange(from, to), Room: row.RoomName, Host: row.HostName, Hosted: row.IsHost(you),
		People: row.People, State: sessionState(row, you, now), Series: row.Series != "", At: row.Starts(), Zone: now.Location()}
	r.Status, r.StatusLabel = sessionStatus(row, you, now)
	return r
}

// sessionStatus returns the state of a session for a user, as icon and label.
func sessionStatus(row sessions.Row, you string, now time.Time) (state, word string) {
	switch sessionState(row, you, now) {
	case stateRunning:
		return "accepted", "Running"
	case stateCancelled:
		return "revoked", "Cancelled"
	case statePast:
		if row.Status == sessions.Scheduled {
			return "expired", "Never started"
		}
		return "expired", "Ended"
	}
	switch {
	case row.IsHost(you):
		return "accepted", "Hosting"
	case row.Role == "":
		return "", ""
	}
	l := statusStyles[row.ReaderStatus()]
	return l.state, l.label
}
