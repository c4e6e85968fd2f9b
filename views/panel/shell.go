package panel

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/views/find"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// shell is what stands around a page of the panel. crumbs are the way to it, without the team; the last is its title.
func shell(e *core.RequestEvent, current string, crumbs ...ui.Crumb) (ui.ShellProps, error) {
	actor := web.Actor(e)
	team := actor.Team.GetString("name")
	props, err := frame.Panel(e, actor, current)
	props.Page.Title = titled(e, crumbs[len(crumbs)-1].Label)
	props.Crumbs = append([]ui.Crumb{{Label: team, Href: panelPath(e)}}, crumbs...)
	return props, err
}

// search is the search over everything (R159).
func search(e *core.RequestEvent) error {
	around, err := shell(e, "", ui.Crumb{Label: "Search"})
	if err != nil {
		return err
	}
	return find.Answer(e, around, find.Panel)
}

// titled is the title of a page about something in the team.
func titled(e *core.RequestEvent, about string) string {
	return about + " · " + web.Actor(e).Team.GetString("name")
}
