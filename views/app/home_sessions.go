package app

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// homeLimit is the number of upcoming sessions on Home.
const homeLimit = 6

// loadHomeSessions returns the sessions for Home: running, awaiting an answer, and upcoming.
func loadHomeSessions(e *core.RequestEvent) (homeSessions, error) {
	actor := web.Actor(e)
	m := homeSessions{Path: sessionsPath(e), EmailOff: !mail.Enabled(e.App)}
	running, err := sessions.ListForUser(e.App, actor, sessions.Query{Show: sessions.ShowRunning, Size: 20})
	if err != nil {
		return m, err
	}
	ahead, err := sessions.ListForUser(e.App, actor, sessions.Query{Show: sessions.ShowUpcoming, Size: 50})
	if err != nil {
		return m, err
	}
	d := rowBuilder{path: m.Path, backPath: appPath(e), viewerID: actor.Account.Id, canHost: actor.CanHost(), now: time.Now().In(layout.ZoneFor(actor)), times: layout.TimesFor(actor)}
	for _, row := range running.Rows {
		m.Running = append(m.Running, d.row(row))
	}
	for _, row := range ahead.Rows {
		switch {
		case d.awaitsAnswer(row) && len(m.AwaitingAnswer) < homeLimit:
			m.AwaitingAnswer = append(m.AwaitingAnswer, d.row(row))
		case d.awaitsAnswer(row) || len(m.Upcoming) == homeLimit:
			m.HasMore = true
		default:
			m.Upcoming = append(m.Upcoming, d.row(row))
		}
	}
	m.HasMore = m.HasMore || ahead.Next
	for _, row := range ahead.Rows {
		if from := row.Starts().Add(-sessions.StartWindow); from.After(d.now) {
			m.RefreshAt = from.UTC().Format(time.RFC3339)
			break
		}
	}
	return m, nil
}

// rowBuilder builds list rows for one viewer.
type rowBuilder struct {
	path, backPath, viewerID string
	canHost                  bool
	now                      time.Time
	times                    text.ReaderZone
}

// joinOpen reports whether participants can join now.
func (d rowBuilder) joinOpen(row sessions.Row) bool {
	return !d.now.Before(row.Starts().Add(-sessions.StartWindow))
}

// awaitsAnswer reports whether the viewer should still answer. Once joining is possible, an answer no longer matters.
func (d rowBuilder) awaitsAnswer(row sessions.Row) bool {
	return row.NeedsAnswer(d.viewerID) && !d.joinOpen(row)
}

// row returns a list row with the action that the viewer can take now.
func (d rowBuilder) row(row sessions.Row) listRow {
	r := newListRow(row, d.viewerID, d.now)
	r.Time += d.times.Suffix()
	r.Href = d.path + "/" + row.ID
	near := d.joinOpen(row)
	in := row.State != sessions.StateDenied
	switch {
	case row.Status == sessions.Running && in:
		r.Action, r.ActionHref = &ui.ButtonProps{Label: "Join", Icon: "video"}, paths.Join(row.Code)
	case d.awaitsAnswer(row):
		r.RSVPURL, r.BackURL = r.Href+"/answer", d.backPath
	case near && d.canHost && (row.IsHost(d.viewerID) || row.Role == sessions.Cohost):
		r.Action, r.ActionPost = &ui.ButtonProps{Label: "Start", Icon: "video"}, r.Href+"/start"
	case near && in:
		r.Action, r.ActionHref = &ui.ButtonProps{Label: "Open join page", Icon: "door-open", Variant: "outline"}, paths.Join(row.Code)
	}
	return r
}
