package app

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// shell returns the frame of an App page. crumbs is the breadcrumb without the team; its last item is the page's title.
func shell(e *core.RequestEvent, current string, crumbs ...ui.Breadcrumb) (ui.ShellProps, error) {
	actor := web.Actor(e)
	props, err := layout.AppShell(e, actor, current)
	props.Page.Title = layout.PageTitle(e, crumbs[len(crumbs)-1].Label)
	props.Breadcrumbs = append([]ui.Breadcrumb{{Label: actor.TeamName(), Href: appPath(e)}}, crumbs...)
	return props, err
}

// timeRange formats two times of day, with the date if the second is on another day: "22:00 to Sat 21 Nov, 01:00".
func timeRange(from, to time.Time) string {
	if midnight(from).Equal(midnight(to)) {
		return text.TimeOfDay(from) + " to " + text.TimeOfDay(to)
	}
	return text.TimeOfDay(from) + " to " + text.DateAndTime(to, "Mon 2 Jan")
}

// dayLabel formats a day: "Today", "Tomorrow", "Thu 19 Nov", with the year unless it is the current one.
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

// yearLayout returns the layout of the year of at, or nothing for the current year.
func yearLayout(at, now time.Time) string {
	if at.Year() == now.Year() {
		return ""
	}
	return " 2006"
}
