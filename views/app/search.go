package app

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/layout"
	"usher/views/search"
	"usher/views/ui"
	"usher/views/web"
)

// showSearch searches everything that the user can open (R159).
func showSearch(e *core.RequestEvent) error {
	actor := web.Actor(e)
	shell, err := layout.AppShell(e, actor, "")
	if err != nil {
		return err
	}
	team := actor.TeamName()
	shell.Page.Title = "Search · " + team
	shell.Breadcrumbs = []ui.Breadcrumb{{Label: team, Href: appPath(e)}, {Label: "Search"}}
	return search.Serve(e, shell, search.AppSources)
}
