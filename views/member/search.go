package member

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/find"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// search is the search over what the person may go to (R159).
func search(e *core.RequestEvent) error {
	actor := web.Actor(e)
	shell, err := frame.App(e, actor, "")
	if err != nil {
		return err
	}
	team := actor.Team.GetString("name")
	shell.Page.Title = "Search · " + team
	shell.Crumbs = []ui.Crumb{{Label: team, Href: "/app/" + e.Request.PathValue("team")}, {Label: "Search"}}
	return find.Answer(e, shell, find.App)
}
