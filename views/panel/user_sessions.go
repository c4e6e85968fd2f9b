package panel

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/people"
	"usher/hooks/sessions"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// How many of a user's sessions the details show.
const (
	maxUpcoming = 3
	maxPast     = 2
)

// loadUserSessions returns the sessions that a user hosts or is invited to (R76).
func loadUserSessions(e *core.RequestEvent, row *people.Row) (SessionsProps, error) {
	actor := web.Actor(e)
	overview, err := sessions.FindOverview(e.App, sessions.Subject{Team: actor.Team.Id, User: row.User, Email: row.Email}, maxUpcoming)
	if err != nil {
		return SessionsProps{}, err
	}
	times := layout.TimesFor(actor)
	now := times.In(time.Now())
	line := func(s sessions.Row) SessionLine {
		return SessionLine{Title: s.Title, Href: paths.Session(actor.TeamSlug(), s.ID),
			When: ui.FormatRange(s.Starts(), s.Ends(), now, times), Room: s.RoomName, Note: sessionNote(s, row.User, now)}
	}
	upcoming, past := overview.Counts.Upcoming, overview.Counts.Past
	props := SessionsProps{Summary: sessionsSummary(overview)}
	for _, s := range append(overview.Running, overview.Upcoming...) {
		props.Upcoming = append(props.Upcoming, line(s))
	}
	for _, s := range overview.Past[:min(maxPast, len(overview.Past))] {
		props.Past = append(props.Past, line(s))
	}
	props.MoreUpcoming = upcoming + overview.Counts.Running - len(props.Upcoming)
	props.MorePast = past - len(props.Past)
	return props, nil
}

// sessionNote is the state of a session or else the user's role in it.
func sessionNote(s sessions.Row, account string, now time.Time) string {
	switch {
	case s.Status == sessions.Cancelled:
		return "Cancelled"
	case s.Status == sessions.Running:
		return "Running now"
	case s.Status == sessions.Scheduled && s.Ends().Before(now):
		return "Never started"
	case s.IsHost(account):
		return "Host"
	case s.Role == sessions.Cohost:
		return "Co-host"
	}
	return ""
}

// sessionsSummary counts sessions: "3 upcoming sessions, hosting 2; 12 past sessions, hosted 4."
func sessionsSummary(o sessions.Overview) string {
	upcoming := o.Counts.Upcoming + o.Counts.Running
	if upcoming+o.Counts.Past == 0 {
		return ""
	}
	text := ui.Count(upcoming, "upcoming session", "upcoming sessions")
	if o.HostingCount > 0 {
		text += ", hosting " + ui.Number(o.HostingCount)
	}
	text += "; " + ui.Count(o.Counts.Past, "past session", "past sessions")
	if o.HostedCount > 0 {
		text += ", hosted " + ui.Number(o.HostedCount)
	}
	return text + "."
}
