package member

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

const pageSize = 50

// sessionList is what somebody holds and is asked to, as a list.
func sessionList(e *core.RequestEvent) error {
	props, err := listProps(e, nil)
	if err != nil {
		return err
	}
	if web.Aimed(e, "details") {
		return web.Render(e, http.StatusOK, detailsSwap(titled(e, "Sessions"), nil))
	}
	return web.Render(e, http.StatusOK, listPage(props))
}

// listing is what the list is narrowed to, as its address says it.
type listing struct {
	sessions.Query
	page int // told, not counted: pages go by the row that they follow
}

func listingOf(values url.Values) listing {
	q := listing{Query: sessions.Query{Show: values.Get("show"), Hosting: values.Get("by") == "me", Search: strings.TrimSpace(record.Cut(values.Get("q"), 100)),
		After: values.Get("after"), Before: values.Get("before"), Size: pageSize}}
	if q.Show != sessions.Now && q.Show != sessions.Past {
		q.Show = sessions.Coming
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

// address writes the listing behind a path, without what goes without saying.
func (q listing) address(path string) string {
	values := url.Values{}
	for name, value := range map[string]string{"q": q.Search, "after": q.After, "before": q.Before} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.Show != sessions.Coming {
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

func (q listing) turned(page int, after, before string) listing {
	q.page, q.After, q.Before = max(page, 1), after, before
	return q
}

// listProps reads the list of the address. current is the session whose details are open: where the address says
// nothing, the list that has it is shown.
func listProps(e *core.RequestEvent, current *sessions.Session) (listForm, error) {
	actor, path := web.Actor(e), sessionsPath(e)
	q := listingOf(e.Request.URL.Query())
	if current != nil && !e.Request.URL.Query().Has("show") {
		q.Show = showOf(current)
	}
	props := listForm{Path: path, Query: q, Hosts: actor.CanHost(), Zone: frame.ZoneOf(actor)}
	var err error
	if props.Shell, err = shell(e, "sessions", ui.Crumb{Label: "Sessions"}); err != nil {
		return props, err
	}
	counts, err := sessions.Count(e.App, actor, q.Hosting)
	if err != nil {
		return props, err
	}
	found, err := sessions.Mine(e.App, actor, q.Query)
	if err != nil {
		return props, err
	}
	for _, tab := range []struct {
		word, show string
		n          int
	}{{"Coming", sessions.Coming, counts.Coming}, {"Running", sessions.Now, counts.Running}, {"Past", sessions.Past, counts.Past}} {
		to := listing{Query: sessions.Query{Show: tab.show, Hosting: q.Hosting}}
		props.Tabs = append(props.Tabs, ui.Filter{Label: tab.word, Count: ui.Number(tab.n), Href: to.address(path), Current: q.Search == "" && tab.show == q.Show})
	}
	total := map[string]int{sessions.Coming: counts.Coming, sessions.Now: counts.Running, sessions.Past: counts.Past}[q.Show]
	props.rows(e, found, current)
	props.pages(found, total)
	return props, nil
}

// showOf is the list that has the session.
func showOf(session *sessions.Session) string {
	switch {
	case session.Status() == sessions.Running:
		return sessions.Now
	case session.Status() == sessions.Scheduled && session.Ends().After(time.Now()):
		return sessions.Coming
	}
	return sessions.Past
}

func (p *listForm) rows(e *core.RequestEvent, found sessions.Page, current *sessions.Session) {
	actor, now := web.Actor(e), time.Now().In(p.Zone)
	d := desk{path: p.Path, home: p.Path, you: actor.Account.Id, hosts: actor.CanHost(), now: now, times: frame.TimesOf(actor)}
	for _, row := range found.Rows {
		r := rowProps(row, d.you, now)
		r.Time += d.times.Name()
		if here := d.row(row); p.Query.Show != sessions.Past && (row.Status == sessions.Running || here.ActionPost != "") {
			r.Action, r.ActionHref, r.ActionPost = here.Action, here.ActionHref, here.ActionPost
		}
		r.Href, r.Current = p.Query.address(p.Path+"/"+row.ID), current != nil && row.ID == current.Id
		p.Rows = append(p.Rows, r)
	}
}

func (p *listForm) pages(found sessions.Page, total int) {
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
		p.Pages.Back = q.turned(q.page-1, "", found.Rows[0].ID).address(p.Path)
	}
	if found.Next {
		p.Pages.Next = q.turned(q.page+1, found.Rows[len(found.Rows)-1].ID, "").address(p.Path)
	}
}

// rowProps is a session as a list shows it to one person.
func rowProps(row sessions.Row, you string, now time.Time) listRow {
	from, to := row.Starts().In(now.Location()), row.Ends().In(now.Location())
	r := listRow{ID: row.ID, Title: row.Title, Day: dayWord(from, now), Time: between(from, to), Room: row.RoomName, Host: row.HostName, You: row.Hosted(you),
		People: row.People, State: stateOf(row, you, now), Series: row.Series != "", At: row.Starts(), Zone: now.Location()}
	r.Status, r.Word = statusOf(row, you, now)
	return r
}

// statusOf is the state of a session for a person, as icon and word.
func statusOf(row sessions.Row, you string, now time.Time) (state, word string) {
	switch stateOf(row, you, now) {
	case isRunning:
		return "accepted", "Running"
	case isCancelled:
		return "revoked", "Cancelled"
	case isPast:
		if row.Status == sessions.Scheduled {
			return "expired", "Never started"
		}
		return "expired", "Ended"
	}
	switch {
	case row.Hosted(you):
		return "accepted", "You host"
	case row.Part == "":
		return "", ""
	}
	l := statusLooks[row.Standing()]
	return l.state, l.word
}
