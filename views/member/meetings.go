package member

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// soon is how many of the next sessions Home shows.
const soon = 6

// meetingsOf is what Home says of sessions: what runs, what waits for an answer, what comes next.
func meetingsOf(e *core.RequestEvent) (meetings, error) {
	actor := web.Actor(e)
	m := meetings{Path: sessionsPath(e)}
	running, err := sessions.Mine(e.App, actor, sessions.Query{Show: sessions.Now, Size: 20})
	if err != nil {
		return m, err
	}
	ahead, err := sessions.Mine(e.App, actor, sessions.Query{Show: sessions.Coming, Size: 50})
	if err != nil {
		return m, err
	}
	d := desk{path: m.Path, home: appPath(e), you: actor.Account.Id, hosts: actor.CanHost(), now: time.Now().In(frame.ZoneOf(actor)), times: frame.TimesOf(actor)}
	for _, row := range running.Rows {
		m.Now = append(m.Now, d.row(row))
	}
	for _, row := range ahead.Rows {
		switch {
		case d.asks(row) && len(m.Waits) < soon:
			m.Waits = append(m.Waits, d.row(row))
		case d.asks(row) || len(m.Next) == soon:
			m.More = true
		default:
			m.Next = append(m.Next, d.row(row))
		}
	}
	m.More = m.More || ahead.Next
	for _, row := range ahead.Rows {
		if from := row.Starts().Add(-sessions.StartsBefore); from.After(d.now) {
			m.Due = from.UTC().Format(time.RFC3339)
			break
		}
	}
	return m, nil
}

// desk is where somebody looks at his sessions from.
type desk struct {
	path, home, you string
	hosts           bool
	now             time.Time
	times           record.Times
}

// near says that the door is open.
func (d desk) near(row sessions.Row) bool {
	return !d.now.Before(row.Starts().Add(-sessions.StartsBefore))
}

// asks says that an answer is waited for: where the door is open, who comes is seen at the door.
func (d desk) asks(row sessions.Row) bool { return row.Waits(d.you) && !d.near(row) }

// row is a session with the one thing to do with it now.
func (d desk) row(row sessions.Row) listRow {
	r := rowProps(row, d.you, d.now)
	r.Time += d.times.Name()
	r.Href = d.path + "/" + row.ID
	near := d.near(row)
	in := row.State != sessions.StateRefused
	switch {
	case row.Status == sessions.Running && in:
		r.Action, r.ActionHref = &ui.ButtonProps{Label: "Join", Icon: "video"}, "/s/"+row.Code
	case d.asks(row):
		r.Answer, r.Back = r.Href+"/answer", d.home
	case near && d.hosts && (row.Hosted(d.you) || row.Part == sessions.Cohost):
		r.Action, r.ActionPost = &ui.ButtonProps{Label: "Start", Icon: "video"}, r.Href+"/start"
	case near && in:
		r.Action, r.ActionHref = &ui.ButtonProps{Label: "Wait at the door", Icon: "door-open", Variant: "outline"}, "/s/"+row.Code
	}
	return r
}
