package panel

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// userDetails shows a user beside the list.
func userDetails(e *core.RequestEvent) error {
	row, err := findRow(e)
	if err != nil {
		return err
	}
	query := parseQuery(e.Request.URL.Query())
	if row.ID != e.Request.PathValue("id") {
		return web.Redirect(e, queryHref(userPath(e, row), query))
	}
	return showDetails(e, http.StatusOK, row, query, detailsExtras{})
}

// detailsExtras is what a response shows in addition to the details.
type detailsExtras struct {
	err    error           // why an action was refused
	link   string          // invitation link, shown only once if email isn't set up (R60)
	dialog templ.Component // open over the details

	tagInput, tagError string // tags as typed, and why they were refused

	toast web.Toast // about a completed action
}

func showDetails(e *core.RequestEvent, status int, row *people.Row, query people.Query, extras detailsExtras) error {
	if web.IsFragmentFor(e, "details") {
		return renderDetailsFragment(e, status, row, query, extras)
	}
	page, err := loadUsersPage(e, query, row.ID)
	if err != nil {
		return err
	}
	props, err := loadUserDetails(e, row, query, page.List)
	if err != nil {
		return err
	}
	extras.fill(&props)
	page.Shell.Page.Title = layout.PageTitle(e, props.Name)
	page.Shell.Breadcrumbs = append(page.Shell.Breadcrumbs[:1], ui.Breadcrumb{Label: "Users", Href: queryHref(usersPath(e), query)}, ui.Breadcrumb{Label: props.Name})
	page.Shell.Drawer = UserDetails(props)
	page.Dialog = extras.dialog
	return web.Render(e, status, Users(page))
}

func (x detailsExtras) fill(props *UserDetailsProps) {
	props.InvitationLink = x.link
	props.Tags.Input, props.Tags.Error = x.tagInput, x.tagError
	if x.err != nil {
		_, code, sentence, _ := errs.Details(x.err)
		props.Error, props.NoSeat = sentence, isFull(code)
	}
}

// renderDetailsFragment sends the details panel and updates the list beside it. It closes the panel if row is nil. After an
// action, it also closes the dialog, and the focus stays.
func renderDetailsFragment(e *core.RequestEvent, status int, row *people.Row, query people.Query, extras detailsExtras) error {
	current, path, title := "", usersPath(e), "Users"
	if row != nil {
		current, path, title = row.ID, userPath(e, row), row.DisplayName()
	}
	list, counts, err := loadUserList(e, query, current)
	if err != nil {
		return err
	}
	var details templ.Component
	acted := e.Request.Method == http.MethodPost
	if row != nil {
		props, err := loadUserDetails(e, row, query, list)
		if err != nil {
			return err
		}
		props.Focus = !acted
		extras.fill(&props)
		details = UserDetails(props)
	}
	swap := detailsSwap(layout.PageTitle(e, title), details, list, isOnlyOwner(counts, query))
	if acted {
		e.Response.Header().Set("HX-Replace-Url", queryHref(path, query))
		swap = templ.Join(swap, afterAction(doneToast(extras.toast)))
	}
	return web.Render(e, status, swap)
}

// findRow finds the user or invitation of the request. The ID of an older invitation finds the user who accepted it, or
// the latest invitation to the same address.
func findRow(e *core.RequestEvent) (*people.Row, error) {
	team, id := web.Actor(e).Team.Id, e.Request.PathValue("id")
	row, err := people.FindRow(e.App, team, id)
	if !errors.Is(err, errs.ErrNotFound) {
		return row, err
	}
	invitation, err := invitations.Find(e.App, id)
	if err != nil {
		return nil, err
	}
	if invitation.TeamID() != team {
		return nil, errs.ErrNotFound
	}
	page, err := people.List(e.App, team, people.Query{Search: invitation.Address(), Size: 200})
	if err != nil {
		return nil, err
	}
	for n := range page.Rows {
		if page.Rows[n].Email == invitation.Address() {
			return &page.Rows[n], nil
		}
	}
	return nil, errs.ErrNotFound
}

func userPath(e *core.RequestEvent, row *people.Row) string { return usersPath(e) + "/" + row.ID }
