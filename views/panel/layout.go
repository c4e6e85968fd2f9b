package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/layout"
	"usher/views/search"
	"usher/views/ui"
	"usher/views/web"
)

// shell is what stands around a page of the panel. crumbs are the way to it, without the team; the last is its title.
func shell(e *core.RequestEvent, current string, crumbs ...ui.Breadcrumb) (ui.ShellProps, error) {
	actor := web.Actor(e)
	team := actor.Team.GetString("name")
	props, err := layout.PanelShell(e, actor, current)
	props.Page.Title = pageTitle(e, crumbs[len(crumbs)-1].Label)
	props.Breadcrumbs = append([]ui.Breadcrumb{{Label: team, Href: panelPath(e)}}, crumbs...)
	return props, err
}

// showSearch is the search over everything (R159).
func showSearch(e *core.RequestEvent) error {
	around, err := shell(e, "", ui.Breadcrumb{Label: "Search"})
	if err != nil {
		return err
	}
	return search.Serve(e, around, search.PanelSources)
}

// pageTitle is the title of a page about something in the team.
func pageTitle(e *core.RequestEvent, about string) string {
	return about + " · " + web.Actor(e).Team.GetString("name")
}
