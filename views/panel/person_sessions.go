package panel

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// How many of a person's sessions the details show.
const (
	shownNext = 3
	shownPast = 2
)

// personSessions are the sessions that a person hosts or is invited to (R76).
func personSessions(e *core.RequestEvent, row *members.Row) (SessionsProps, error) {
	actor := web.Actor(e)
	overview, err := sessions.OverviewOf(e.App, sessions.Subject{Team: actor.Team.Id, User: row.User, Email: row.Email}, shownNext)
	if err != nil {
		return SessionsProps{}, err
	}
	times := frame.TimesOf(actor)
	now := times.In(time.Now())
	line := func(s sessions.Row) SessionLine {
		return SessionLine{Title: s.Title, Href: "/app/" + actor.Team.GetString("slug") + "/sessions/" + s.ID,
			When: ui.During(s.Starts(), s.Ends(), now, times), Room: s.RoomName, Note: sessionNote(s, row.User, now)}
	}
	coming, past := overview.Counts.Coming, overview.Counts.Past
	props := SessionsProps{Summary: sessionsSummary(overview)}
	for _, s := range append(overview.Running, overview.Next...) {
		props.Next = append(props.Next, line(s))
	}
	for _, s := range overview.Past[:min(shownPast, len(overview.Past))] {
		props.Past = append(props.Past, line(s))
	}
	props.MoreNext = coming + overview.Counts.Running - len(props.Next)
	props.MorePast = past - len(props.Past)
	return props, nil
}

// sessionNote says what the person is in a session, or what became of it.
func sessionNote(s sessions.Row, account string, now time.Time) string {
	switch {
	case s.Status == sessions.Cancelled:
		return "Cancelled"
	case s.Status == sessions.Running:
		return "Running now"
	case s.Status == sessions.Scheduled && s.Ends().Before(now):
		return "Never started"
	case s.Hosted(account):
		return "Host"
	case s.Part == sessions.Cohost:
		return "Co-host"
	}
	return ""
}

// sessionsSummary counts: "Hosts 2 of 3 upcoming sessions. Hosted 4 of 12 past sessions."
func sessionsSummary(o sessions.Overview) string {
	upcoming := o.Counts.Coming + o.Counts.Running
	if upcoming+o.Counts.Past == 0 {
		return ""
	}
	text := ui.Count(upcoming, "upcoming session", "upcoming sessions")
	if o.Hosts > 0 {
		text += ", hosting " + ui.Number(o.Hosts)
	}
	text += "; " + ui.Count(o.Counts.Past, "past session", "past sessions")
	if o.Hosted > 0 {
		text += ", hosted " + ui.Number(o.Hosted)
	}
	return text + "."
}
