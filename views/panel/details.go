package panel

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/views/ui"
	"usher/views/web"
)

// details are one person, beside the list.
func details(e *core.RequestEvent) error {
	row, err := rowOf(e)
	if err != nil {
		return err
	}
	query := queryOf(e.Request.URL.Query())
	if row.ID != e.Request.PathValue("id") {
		return web.Go(e, address(personPath(e, row), query))
	}
	return showDetails(e, http.StatusOK, row, query, shown{})
}

// shown is what an answer says beside the details themselves.
type shown struct {
	fault  error           // why a deed was refused
	link   string          // of an invitation, where no mail is sent: seen this once (R60)
	dialog templ.Component // over them

	tags, tagFault string // what was typed to be added, and why it was not
}

func showDetails(e *core.RequestEvent, status int, row *members.Row, query members.Query, also shown) error {
	if web.Aimed(e, "details") {
		return detailsPart(e, row, query)
	}
	page, err := usersProps(e, query, row.ID)
	if err != nil {
		return err
	}
	props, err := detailsProps(e, row, query, page.List)
	if err != nil {
		return err
	}
	props.Link = also.link
	props.Tags.Typed, props.Tags.Fault = also.tags, also.tagFault
	if also.fault != nil {
		_, code, sentence, _ := record.Refusal(also.fault)
		props.Fault, props.Full = sentence, isFull(code)
	}
	page.Shell.Page.Title = titled(e, props.Name)
	page.Shell.Crumbs = append(page.Shell.Crumbs[:1], ui.Crumb{Label: "Users", Href: address(usersPath(e), query)}, ui.Crumb{Label: props.Name})
	page.Shell.Details = Person(props)
	page.Dialog = also.dialog
	return web.Render(e, status, Users(page))
}

// detailsPart brings the details beside a list that is there already.
func detailsPart(e *core.RequestEvent, row *members.Row, query members.Query) error {
	list, counts, err := listed(e, query, row.ID)
	if err != nil {
		return err
	}
	props, err := detailsProps(e, row, query, list)
	if err != nil {
		return err
	}
	props.Focus = true
	return web.Render(e, http.StatusOK, detailsSwap(titled(e, props.Name), Person(props), list, alone(counts, query)))
}

// rowOf finds the person of the address. Who accepted since the address was made is found under the
// account, and who was asked again under the newest invitation.
func rowOf(e *core.RequestEvent) (*members.Row, error) {
	team, id := web.Actor(e).Team.Id, e.Request.PathValue("id")
	row, err := members.FindRow(e.App, team, id)
	if !errors.Is(err, record.ErrNotFound) {
		return row, err
	}
	invitation, err := invitations.Find(e.App, id)
	if err != nil {
		return nil, err
	}
	if invitation.TeamID() != team {
		return nil, record.ErrNotFound
	}
	page, err := members.List(e.App, team, members.Query{Search: invitation.Address(), Size: 200})
	if err != nil {
		return nil, err
	}
	for n := range page.Rows {
		if page.Rows[n].Email == invitation.Address() {
			return &page.Rows[n], nil
		}
	}
	return nil, record.ErrNotFound
}

func personPath(e *core.RequestEvent, row *members.Row) string { return usersPath(e) + "/" + row.ID }
