package panel

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/people"
	"usher/hooks/seats"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// listUsers shows the users of the team. Fragment requests get only the list.
func listUsers(e *core.RequestEvent) error {
	query := parseQuery(e.Request.URL.Query())
	if web.IsFragment(e) {
		return renderUserListFragment(e, query)
	}
	page, err := loadUsersPage(e, query, "")
	if err != nil {
		return err
	}
	return web.Render(e, http.StatusOK, Users(page))
}

// renderUserListFragment sends the list, and closes the details panel if that was requested.
func renderUserListFragment(e *core.RequestEvent, query people.Query) error {
	list, counts, err := loadUserList(e, query, "")
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "details") {
		list.markFocus(e.Request.Header.Get("HX-Current-URL"))
		return web.Render(e, http.StatusOK, detailsSwap(layout.PageTitle(e, "Users"), nil, list, isOnlyOwner(counts, query)))
	}
	e.Response.Header().Set("HX-Push-Url", queryHref(usersPath(e), query))
	return web.Render(e, http.StatusOK, UserList(list))
}

// isOnlyOwner reports whether the Owner is the only user, for whom the page shows how to start instead of a list.
func isOnlyOwner(counts people.Counts, query people.Query) bool {
	return counts.Total == 1 && !isFiltered(query)
}

// loadUsersPage loads the Users page. current is the ID of the row whose details are open.
func loadUsersPage(e *core.RequestEvent, query people.Query, current string) (UsersProps, error) {
	props := UsersProps{Path: usersPath(e), ImportsPath: importPath(e), Permissions: actors.Permissions(web.Actor(e).Team)}
	var err error
	if props.Shell, err = shell(e, "users", ui.Breadcrumb{Label: "Users"}); err != nil {
		return props, err
	}
	list, counts, err := loadUserList(e, query, current)
	if err != nil {
		return props, err
	}
	props.List, props.OnlyOwner, props.Result = list, isOnlyOwner(counts, query), takeResultProps(e, query)
	if props.Import, err = loadImportBar(e); err != nil {
		return props, err
	}
	if props.Job, err = loadJobBar(e); err != nil {
		return props, err
	}
	if props.Start, err = loadStart(e); err != nil {
		return props, err
	}
	props.Summary, err = loadUserSummary(e, counts)
	return props, err
}

// loadUserList loads the list of the query and the counts of the team.
func loadUserList(e *core.RequestEvent, query people.Query, current string) (UserListProps, people.Counts, error) {
	team := web.Actor(e).Team.Id
	page, err := loadUserPage(e.App, team, query)
	if err != nil {
		return UserListProps{}, page.Counts, err
	}
	tags, err := people.TagNames(e.App, team)
	if err != nil {
		return UserListProps{}, page.Counts, err
	}
	deliveries, err := mail.DeliveryStates(e.App, unacceptedInvitations(page.Rows))
	if err != nil {
		return UserListProps{}, page.Counts, err
	}
	props := newUserListProps(e, page, deliveries, current)
	props.TagOptions = tagOptions(tags, query.Tag)
	return props, page.Counts, nil
}

// loadUserPage loads a page of the list, or the last page if the requested one is beyond the end.
func loadUserPage(app core.App, team string, query people.Query) (people.Page, error) {
	page, err := people.List(app, team, query)
	if err == nil && len(page.Rows) == 0 && page.Total > 0 {
		return people.List(app, team, atPage(query, lastPage(page.Total), "", ""))
	}
	return page, err
}

func lastPage(total int) int { return (total + pageSize - 1) / pageSize }

func newUserListProps(e *core.RequestEvent, page people.Page, deliveries map[string]mail.State, current string) UserListProps {
	actor, q, path := web.Actor(e), page.Query, usersPath(e)
	props := UserListProps{
		Team: actor.TeamName(), Path: path, Search: q.Search, Role: q.Role, Status: q.Status, Kind: q.Kind, Tag: q.Tag, Inactive: q.Inactive, Sort: q.Sort,
		InactiveURL: queryHref(path, toggleInactive(q)), Filters: statusFilters(path, q, page.Counts), GuestsOnly: q.Kind == actors.Guest, Total: page.Total,
		HasEnded: page.Counts.Ended() > 0,
		ClearURL: queryHref(path, people.Query{Sort: q.Sort}), ExportURL: queryHref(path+"/export", atPage(q, 1, "", "")), QueryFields: queryFields(q),
	}
	for _, column := range []string{"person", "status", "active"} {
		props.Columns = append(props.Columns, SortColumn{Href: queryHref(path, toggleSort(q, column)), AriaSort: ariaSort(q, column)})
	}
	props.fillPager(page)
	zone := layout.ZoneFor(actor)
	for n, row := range page.Rows {
		r := newUserRowProps(row, zone, row.User == actor.Account.Id)
		delivery := deliveries[row.Invitation]
		switch {
		case delivery.Undelivered():
			props := newDeliveryProps(e.App, delivery, layout.TimesFor(actor))
			r.Undelivered = &props
		case delivery.Status == mail.Dropped:
			r.StatusNote = strings.TrimPrefix(r.StatusNote+" · email not sent", " · ")
		}
		r.Href, r.Current = queryHref(path+"/"+row.ID, q), row.ID == current
		r.Menu, r.MenuOpensUp = rowMenu(actor, &row, path+"/"+row.ID, delivery), n > 5 && n >= len(page.Rows)-4
		props.Rows = append(props.Rows, r)
	}
	return props
}

// fillPager sets the links to other pages. Links to the neighbouring pages name a row, so that the database needn't count
// rows.
func (p *UserListProps) fillPager(page people.Page) {
	q, last := page.Query, lastPage(page.Total)
	if len(page.Rows) == 0 {
		return
	}
	p.From = (q.Page-1)*q.Size + 1
	p.To = min(p.From+len(page.Rows)-1, page.Total)
	if q.Page > 1 {
		p.Pages.First = queryHref(p.Path, atPage(q, 1, "", ""))
		p.Pages.Previous = queryHref(p.Path, atPage(q, q.Page-1, "", page.Rows[0].ID))
	}
	if q.Page < last {
		p.Pages.Next = queryHref(p.Path, atPage(q, q.Page+1, page.Rows[len(page.Rows)-1].ID, ""))
		p.Pages.Last = queryHref(p.Path, atPage(q, last, "", ""))
	}
	p.Pages.From, p.Pages.To, p.Pages.Total, p.Pages.ShowEnds = p.From, p.To, page.Total, last > 2
}

func tagOptions(names []string, selected string) []ui.Option {
	if len(names) == 0 && selected == "" {
		return nil
	}
	options := []ui.Option{{Value: "", Label: "All tags"}}
	found := selected == ""
	for _, name := range names {
		found = found || name == selected
		options = append(options, ui.Option{Value: name, Label: name})
	}
	if !found {
		options = append(options, ui.Option{Value: selected, Label: selected})
	}
	return options
}

func statusFilters(path string, q people.Query, counts people.Counts) []ui.Filter {
	var all []ui.Filter
	add := func(label, status, kind string, n int) {
		to := people.Query{Search: q.Search, Role: q.Role, Tag: q.Tag, Inactive: q.Inactive, Sort: q.Sort, Status: status, Kind: kind}
		all = append(all, ui.Filter{Label: label, Count: ui.Number(n), Href: queryHref(path, to),
			Current: q.Status == status && q.Kind == kind})
	}
	add("All", "", "", counts.Total)
	add("Accepted", "accepted", "", counts.Accepted)
	add("Pending", "pending", "", counts.Pending)
	add("Declined", "declined", "", counts.Declined)
	add("Revoked", "revoked", "", counts.Revoked)
	add("Expired", "expired", "", counts.Expired)
	add("Guests", "", actors.Guest, counts.Guests)
	return all
}

func loadUserSummary(e *core.RequestEvent, counts people.Counts) (UserSummaryProps, error) {
	actor := web.Actor(e)
	now, err := seats.Of(e.App, actor.Team.Id)
	if err != nil {
		return UserSummaryProps{}, err
	}
	holders, err := seats.Holders(e.App, actor.Team.Id, maxHolders)
	if err != nil {
		return UserSummaryProps{}, err
	}
	path := usersPath(e)
	return UserSummaryProps{
		Total: counts.Total, Accepted: counts.Accepted, Pending: counts.Pending,
		Admin:     newSeatsProps("Admin", path, now.Admin, holders, func(h seats.Holder) bool { return h.Admin }),
		Organizer: newSeatsProps("Organizer", path, now.Organizer, holders, func(h seats.Holder) bool { return h.Organizer }),
	}, nil
}

// markFocus marks the row whose details were open at url, so that focus returns to it.
func (p *UserListProps) markFocus(url string) {
	url, _, _ = strings.Cut(url, "?")
	for n := range p.Rows {
		p.Rows[n].Focus = strings.HasSuffix(url, "/users/"+p.Rows[n].ID)
	}
}
