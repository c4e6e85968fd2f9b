package recordings

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/recordings"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// list shows the library. Fragment requests get only the list.
func (a Area) list(e *core.RequestEvent) error {
	query := parseQuery(e.Request.URL.Query(), a.InPanel)
	props, err := a.loadList(e, query)
	if err != nil {
		return err
	}
	if web.IsFragment(e) {
		e.Response.Header().Set("HX-Push-Url", query.href(props.Path))
		return web.Render(e, http.StatusOK, list(props))
	}
	page := libraryProps{List: props}
	if page.Shell, err = a.Shell(e, "recordings", ui.Breadcrumb{Label: "Recordings"}); err != nil {
		return err
	}
	if a.InPanel {
		if page.Storage, err = LoadStorage(e.App, web.Actor(e).Team.Id); err != nil {
			return err
		}
	}
	return web.Render(e, http.StatusOK, library(page))
}

func (a Area) loadList(e *core.RequestEvent, q listQuery) (listProps, error) {
	actor, now := web.Actor(e), time.Now()
	times := layout.TimesFor(actor)
	props := listProps{Path: a.listPath(e), InPanel: a.InPanel, Query: q, CanHost: actor.CanHost()}
	choices, err := recordings.ListChoices(e.App, actor, a.InPanel)
	if err != nil {
		return props, err
	}
	props.setChoices(choices, times.In(choices.First), times.In(choices.Last))
	page, err := recordings.List(e.App, actor, q.query(a.InPanel, layout.ZoneFor(actor)))
	if err != nil {
		return props, err
	}
	people, err := recordings.CountPeople(e.App, page.Rows)
	if err != nil {
		return props, err
	}
	for _, r := range page.Rows {
		row := newRow(r, actor, now, times)
		row.Href, row.Path = props.Path+"/"+r.Id, props.Path+"/"+r.Id
		if n := people[r.Id]; n > 0 {
			row.People = ui.Number(n)
		}
		props.Rows = append(props.Rows, row)
	}
	props.setPager(page.Total)
	return props, nil
}

func (p *listProps) setChoices(c recordings.Choices, first, last time.Time) {
	p.NoRecordings = c.Total+c.Trash == 0
	tab := func(label, show string, n int) {
		p.Tabs = append(p.Tabs, ui.Filter{Label: label, Count: ui.Number(n), Href: listQuery{show: show}.href(p.Path), Current: p.Query.show == show})
	}
	tab("All", showAll, c.Total)
	if !p.InPanel && c.Hosted > 0 && c.Hosted < c.Total {
		tab("Hosted by you", showHosted, c.Hosted)
		tab("Shared with you", showShared, c.Total-c.Hosted)
	}
	if p.InPanel || c.Hosted+c.Trash > 0 {
		tab("Trash", showTrash, c.Trash)
	}
	p.Hosts, p.Rooms = options("All hosts", c.Hosts), options("All rooms", c.Rooms)
	p.Months = []ui.Option{{Label: "All dates"}}
	for month := startOfMonth(last); c.Total > 0 && !month.Before(startOfMonth(first)); month = month.AddDate(0, -1, 0) {
		p.Months = append(p.Months, ui.Option{Value: month.Format(monthLayout), Label: month.Format("January 2006")})
	}
}

func startOfMonth(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location())
}

func options(all string, choices []recordings.Choice) []ui.Option {
	found := []ui.Option{{Label: all}}
	for _, c := range choices {
		found = append(found, ui.Option{Value: c.ID, Label: c.Name})
	}
	return found
}

func (p *listProps) setPager(total int) {
	p.Pages.Total = total
	if len(p.Rows) == 0 {
		return
	}
	q := p.Query
	p.Pages.From = (q.page-1)*pageSize + 1
	p.Pages.To = p.Pages.From + len(p.Rows) - 1
	if q.page > 1 {
		p.Pages.Previous = q.atPage(q.page - 1).href(p.Path)
	}
	if p.Pages.To < total {
		p.Pages.Next = q.atPage(q.page + 1).href(p.Path)
	}
}
