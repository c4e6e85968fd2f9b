package member

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/find"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// showSearch is the search over what the person may go to (R159).
func showSearch(e *core.RequestEvent) error {
	actor := web.Actor(e)
	shell, err := frame.AppShell(e, actor, "")
	if err != nil {
		return err
	}
	team := actor.Team.GetString("name")
	shell.Page.Title = "Search · " + team
	shell.Breadcrumbs = []ui.Breadcrumb{{Label: team, Href: "/app/" + e.Request.PathValue("team")}, {Label: "Search"}}
	return find.Serve(e, shell, find.AppSources)
}
