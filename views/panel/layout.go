package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/layout"
	"usher/views/search"
	"usher/views/ui"
	"usher/views/web"
)

// shell returns the layout of a panel page. crumbs are its breadcrumbs below the team; the last one is its title.
func shell(e *core.RequestEvent, current string, crumbs ...ui.Breadcrumb) (ui.ShellProps, error) {
	actor := web.Actor(e)
	team := actor.TeamName()
	props, err := layout.PanelShell(e, actor, current)
	props.Page.Title = layout.PageTitle(e, crumbs[len(crumbs)-1].Label)
	props.Breadcrumbs = append([]ui.Breadcrumb{{Label: team, Href: panelPath(e)}}, crumbs...)
	return props, err
}

// showSearch is the search page (R159).
func showSearch(e *core.RequestEvent) error {
	pageShell, err := shell(e, "", ui.Breadcrumb{Label: "Search"})
	if err != nil {
		return err
	}
	return search.Serve(e, pageShell, search.PanelSources)
}
