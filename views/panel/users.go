package panel

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/seats"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// users is the list of a team's people. A part of the page gets the list alone.
func users(e *core.RequestEvent) error {
	query := queryOf(e.Request.URL.Query())
	if web.IsFragment(e) {
		return usersPart(e, query)
	}
	page, err := usersProps(e, query, "")
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, Users(page))
}

// usersPart is another list, or the list without the details that were open.
func usersPart(e *core.RequestEvent, query members.Query) error {
	list, counts, err := listed(e, query, "")
	if err != nil {
		return err
	}
	if web.Aimed(e, "details") {
		list.focus(e.Request.Header.Get("HX-Current-URL"))
		return web.Render(e, http.StatusOK, detailsSwap(titled(e, "Users"), nil, list, alone(counts, query)))
	}
	e.Response.Header().Set("HX-Push-Url", address(usersPath(e), query))
	return web.Render(e, http.StatusOK, List(list))
}

// alone reports whether nobody but the Owner is in the team, which is shown instead of a list.
func alone(counts members.Counts, query members.Query) bool {
	return counts.Total == 1 && !narrowed(query)
}

// usersProps reads all that the page shows. current is the id of the row whose details are open.
func usersProps(e *core.RequestEvent, query members.Query, current string) (UsersProps, error) {
	props := UsersProps{Path: usersPath(e), Permissions: actors.Permissions(web.Actor(e).Team)}
	var err error
	if props.Shell, err = shell(e, "users", ui.Crumb{Label: "Users"}); err != nil {
		return props, err
	}
	list, counts, err := listed(e, query, current)
	if err != nil {
		return props, err
	}
	props.List, props.Alone, props.Receipt = list, alone(counts, query), receiptProps(e, query)
	if props.Import, err = importBar(e); err != nil {
		return props, err
	}
	props.Strip, err = stripProps(e, counts)
	return props, err
}

// listed reads the list of the query, and how many people there are in all.
func listed(e *core.RequestEvent, query members.Query, current string) (ListProps, members.Counts, error) {
	team := web.Actor(e).Team.Id
	page, err := listPage(e.App, team, query)
	if err != nil {
		return ListProps{}, page.Counts, err
	}
	tags, err := members.TagNames(e.App, team)
	if err != nil {
		return ListProps{}, page.Counts, err
	}
	letters, err := mail.Delivery(e.App, unanswered(page.Rows))
	if err != nil {
		return ListProps{}, page.Counts, err
	}
	props := listProps(e, page, letters, current)
	props.Tags = tagOptions(tags, query.Tag)
	return props, page.Counts, nil
}

// listPage reads a page of the list; beyond the end it is the last one.
func listPage(app core.App, team string, query members.Query) (members.Page, error) {
	page, err := members.List(app, team, query)
	if err == nil && len(page.Rows) == 0 && page.Total > 0 {
		return members.List(app, team, turned(query, lastPage(page.Total), "", ""))
	}
	return page, err
}

func lastPage(total int) int { return (total + pageSize - 1) / pageSize }

func listProps(e *core.RequestEvent, page members.Page, letters map[string]mail.State, current string) ListProps {
	actor, q, path := web.Actor(e), page.Query, usersPath(e)
	props := ListProps{
		Team: actor.Team.GetString("name"), Path: path, Search: q.Search, Role: q.Role, Status: q.Status, Kind: q.Kind, Tag: q.Tag, Sort: q.Sort,
		Filters: filters(path, q, page.Counts), Guests: q.Kind == members.Guest, Total: page.Total,
		Clear: address(path, members.Query{Sort: q.Sort}), Export: address(path+"/export", turned(q, 1, "", "")), Place: placeFields(q),
	}
	for _, column := range []string{"person", "status", "active"} {
		props.Heads = append(props.Heads, Head{Href: address(path, sorted(q, column)), Sorted: sortedAs(q, column)})
	}
	props.turns(page)
	zone := frame.ZoneOf(actor)
	for _, row := range page.Rows {
		r := rowProps(row, zone, row.User == actor.Account.Id)
		switch letter := letters[row.Invitation]; {
		case letter.Missed():
			props := mailProps(e.App, letter, frame.TimesOf(actor))
			r.Letter = &props
		case letter.Status == mail.Dropped:
			r.Small = strings.TrimPrefix(r.Small+" · email not sent", " · ")
		}
		r.Href, r.Current = address(path+"/"+row.ID, q), row.ID == current
		props.Rows = append(props.Rows, r)
	}
	return props
}

// turns are the ways to the other pages of the list. Those beside go by a row, so that the rows between need no counting.
func (p *ListProps) turns(page members.Page) {
	q, last := page.Query, lastPage(page.Total)
	if len(page.Rows) == 0 {
		return
	}
	p.From = (q.Page-1)*q.Size + 1
	p.To = min(p.From+len(page.Rows)-1, page.Total)
	if q.Page > 1 {
		p.Pages.First = address(p.Path, turned(q, 1, "", ""))
		p.Pages.Back = address(p.Path, turned(q, q.Page-1, "", page.Rows[0].ID))
	}
	if q.Page < last {
		p.Pages.Next = address(p.Path, turned(q, q.Page+1, page.Rows[len(page.Rows)-1].ID, ""))
		p.Pages.Last = address(p.Path, turned(q, last, "", ""))
	}
	p.Pages.From, p.Pages.To, p.Pages.Total, p.Pages.Ends = p.From, p.To, page.Total, last > 2
}

func tagOptions(names []string, chosen string) []ui.Option {
	if len(names) == 0 && chosen == "" {
		return nil
	}
	options := []ui.Option{{Value: "", Label: "All tags"}}
	found := chosen == ""
	for _, name := range names {
		found = found || name == chosen
		options = append(options, ui.Option{Value: name, Label: name})
	}
	if !found {
		options = append(options, ui.Option{Value: chosen, Label: chosen})
	}
	return options
}

func filters(path string, q members.Query, counts members.Counts) []ui.Filter {
	var all []ui.Filter
	add := func(label, status, kind string, n int) {
		to := members.Query{Search: q.Search, Role: q.Role, Tag: q.Tag, Sort: q.Sort, Status: status, Kind: kind}
		all = append(all, ui.Filter{Label: label, Count: ui.Number(n), Href: address(path, to),
			Current: q.Status == status && q.Kind == kind})
	}
	add("All", "", "", counts.Total)
	add("Accepted", "accepted", "", counts.Accepted)
	add("Pending", "pending", "", counts.Pending)
	add("Declined", "declined", "", counts.Declined)
	add("Revoked", "revoked", "", counts.Revoked)
	add("Expired", "expired", "", counts.Expired)
	add("Guests", "", members.Guest, counts.Guests)
	return all
}

func stripProps(e *core.RequestEvent, counts members.Counts) (StripProps, error) {
	actor := web.Actor(e)
	now, err := seats.Of(e.App, actor.Team.Id)
	if err != nil {
		return StripProps{}, err
	}
	holders, err := seats.Holders(e.App, actor.Team.Id, maxHolders)
	if err != nil {
		return StripProps{}, err
	}
	path := usersPath(e)
	return StripProps{
		Total: counts.Total, Accepted: counts.Accepted, Pending: counts.Pending,
		Admin:     seatMap("Admin", path, now.Admin, holders, func(h seats.Holder) bool { return h.Admin }),
		Organizer: seatMap("Organizer", path, now.Organizer, holders, func(h seats.Holder) bool { return h.Organizer }),
	}, nil
}

// focus marks the row whose details were open at an address, so that the focus goes back to it.
func (p *ListProps) focus(at string) {
	at, _, _ = strings.Cut(at, "?")
	for n := range p.Rows {
		p.Rows[n].Focus = strings.HasSuffix(at, "/users/"+p.Rows[n].ID)
	}
}
