package audit

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/csvfile"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Export writes the entries of the query as CSV, in the zone's time. That somebody took them is written down
// before the first of them leaves.
func Export(app core.App, actor *actors.Actor, query Query, zone *time.Location, to io.Writer) error {
	entry := NewEntry(actor, "audit.export")
	for key, value := range map[string]string{"person": query.Person, "kind": query.Kind, "result": query.Result,
		"from": csvfile.FormatTime(query.From, zone), "until": csvfile.FormatTime(query.To, zone)} {
		if value != "" {
			entry.With(key, text.Truncate(value, 200))
		}
	}
	err := Do(app, entry, func(tx core.App) error {
		again, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !again.CanUsePanel() {
			return errs.Forbidden("The audit log is for the Owner and Admins of a team.")
		}
		return nil
	})
	if err != nil {
		return err
	}
	heads := []string{"Number", "When (" + zone.String() + ")", "Who", "What", "On whom", "From", "Result", "Reason", "Details", "Sentence"}
	inPanel := actor.PanelRecheck(app)
	return csvfile.Write(to, heads, func(table *csvfile.Table) error {
		return eachRow(app, actor.Team.Id, query, func(row Row) error {
			if err := inPanel(); err != nil {
				return err
			}
			return table.Add(row.csvCells(zone)...)
		})
	})
}

// eachRow reads the query in pages, so that a log of any length fits.
func eachRow(app core.App, team string, query Query, f func(Row) error) error {
	for query.Size = 500; ; {
		page, err := listRows(app, team, query)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := f(row); err != nil {
				return err
			}
		}
		if query.Before = page.Next; query.Before == 0 {
			return nil
		}
	}
}

func (r Row) csvCells(zone *time.Location) []string {
	result := ResultDone
	if r.Refused() {
		result = ResultRefused
	}
	var notes []string
	for _, note := range r.Notes() {
		notes = append(notes, note.Label+": "+note.Value)
	}
	return []string{strconv.Itoa(r.Seq), csvfile.FormatTime(r.Time(), zone), r.ActorName, r.Action, r.TargetName, r.IP,
		result, r.Reason(), strings.Join(notes, "; "), r.Sentence().String()}
}
