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

// Export writes the entries that match the query as CSV, with times in the zone. The export itself is recorded before the
// first row is written. It stops when the actor loses access to the panel.
func Export(app core.App, actor *actors.Actor, query Query, zone *time.Location, to io.Writer) error {
	entry := NewEntry(actor, "audit.export")
	for key, value := range map[string]string{"person": query.Person, "kind": query.Kind, "result": query.Result,
		"from": formatTime(query.From), "until": formatTime(query.To)} {
		if value != "" {
			entry.With(key, text.Truncate(value, 200))
		}
	}
	err := Do(app, entry, func(tx core.App) error {
		current, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !current.CanUsePanel() {
			return errs.Forbidden("Only the Owner and Admins can view the audit log.")
		}
		return nil
	})
	if err != nil {
		return err
	}
	header := []string{"Number", "Time (" + zone.String() + ")", "Actor", "Action", "Target", "IP address", "Result", "Reason", "Details", "Event"}
	recheck := actor.PanelRecheck(app)
	return csvfile.Write(to, header, func(table *csvfile.Table) error {
		return eachRow(app, actor.Team.Id, query, func(row Row) error {
			if err := recheck(); err != nil {
				return err
			}
			return table.Add(row.csvCells(zone)...)
		})
	})
}

// formatTime formats a time for a detail, which is shown in the reader's zone; empty for the zero time.
func formatTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// eachRow calls f with every row that matches, reading the log in pages.
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
	for _, note := range r.Notes(zone) {
		notes = append(notes, note.Label+": "+note.Value)
	}
	return []string{strconv.Itoa(r.Seq), csvfile.FormatTime(r.Time(), zone), r.ActorName, r.Action, r.TargetName, r.IP,
		result, r.Reason(), strings.Join(notes, "; "), r.Sentence().String()}
}
