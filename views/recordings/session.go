package recordings

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/recordings"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// LoadSession returns the recordings of a session that the actor can see, for the details of the session. library is the path of the
// area's recordings.
func LoadSession(e *core.RequestEvent, library, session string) (SessionProps, error) {
	var props SessionProps
	actor, now := web.Actor(e), time.Now()
	page, err := recordings.List(e.App, actor, recordings.Query{Session: session, All: actor.CanUsePanel(), Sort: "started"})
	if err != nil {
		return props, err
	}
	for _, r := range page.Rows {
		row := newRow(r, actor, now, layout.TimesFor(actor))
		line := sessionLine{Title: r.Title(), Href: library + "/" + r.Id, State: row.State,
			Text: "From " + ui.FormatTimeFor(r.Started(), now, row.Times, ui.Clock)}
		if row.Length != "" {
			line.Text += ", " + row.Length
		}
		props.Lines = append(props.Lines, line)
	}
	return props, nil
}
