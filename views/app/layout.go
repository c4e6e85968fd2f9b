package app

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// shell is what stands around a page of the App. crumbs are the way to it, without the team; the last is its title.
func shell(e *core.RequestEvent, current string, crumbs ...ui.Breadcrumb) (ui.ShellProps, error) {
	actor := web.Actor(e)
	props, err := layout.AppShell(e, actor, current)
	props.Page.Title = pageTitle(e, crumbs[len(crumbs)-1].Label)
	props.Breadcrumbs = append([]ui.Breadcrumb{{Label: actor.Team.GetString("name"), Href: appPath(e)}}, crumbs...)
	return props, err
}

// pageTitle is the title of a page about something in the team.
func pageTitle(e *core.RequestEvent, about string) string {
	return about + " · " + web.Actor(e).Team.GetString("name")
}

// timeRange is the time of day from and to, with the day where it is another one: "22:00 to Sat 21 Nov, 01:00".
func timeRange(from, to time.Time) string {
	if midnight(from).Equal(midnight(to)) {
		return text.TimeOfDay(from) + " to " + text.TimeOfDay(to)
	}
	return text.TimeOfDay(from) + " to " + text.DateAndTime(to, "Mon 2 Jan")
}

// dayLabel is a day as one speaks of it: "Today", "Tomorrow", "Thu 19 Nov", with the year when it is not this one.
func dayLabel(at, now time.Time) string {
	switch day := midnight(at); {
	case day.Equal(midnight(now)):
		return "Today"
	case day.Equal(addDays(midnight(now), 1)):
		return "Tomorrow"
	case day.Equal(addDays(midnight(now), -1)):
		return "Yesterday"
	}
	return at.Format("Mon 2 Jan" + yearLayout(at, now))
}

// yearLayout is the layout of a year that has to be said.
func yearLayout(at, now time.Time) string {
	if at.Year() == now.Year() {
		return ""
	}
	return " 2006"
}

// Addresses of the area, under the name by which the person came.
func appPath(e *core.RequestEvent) string      { return "/app/" + e.Request.PathValue("team") }
func sessionsPath(e *core.RequestEvent) string { return appPath(e) + "/sessions" }
func calendarPath(e *core.RequestEvent) string { return appPath(e) + "/calendar" }

// fullPageErrors gives an error the whole page, where a part of it was asked for: it does not fit there.
func fullPageErrors(e *core.RequestEvent) error {
	err := e.Next()
	if err != nil && web.IsFragment(e) {
		e.Response.Header().Set("HX-Retarget", "body")
		e.Response.Header().Set("HX-Reswap", "innerHTML")
	}
	return err
}
