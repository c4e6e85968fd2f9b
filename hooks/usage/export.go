package usage

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/tools/csvfile"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Export writes all rows of the query as CSV, with times in the zone of the month. The audit entry is committed before the
// first row is written. It stops when the actor loses access to the panel.
func Export(app core.App, actor *actors.Actor, query Query, to io.Writer) error {
	entry := audit.NewEntry(actor, "usage.export").With("month", query.Month.String())
	for key, value := range map[string]string{"organizer": query.Organizer, "room": query.Room, "tag": query.Tag} {
		if value != "" {
			entry.With(key, text.Truncate(value, 200))
		}
	}
	err := audit.Do(app, entry, func(tx core.App) error {
		current, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if !current.CanUsePanel() {
			return errs.Forbidden("Only the Owner and Admins can export usage.")
		}
		return nil
	})
	if err != nil {
		return err
	}
	query.All = true
	report, err := Load(app, actor, query)
	if err != nil {
		return err
	}
	recheck := actor.PanelRecheck(app)
	return csvfile.Write(to, exportHeader(report), func(table *csvfile.Table) error {
		for _, row := range report.Rows {
			if err := recheck(); err != nil {
				return err
			}
			if err := table.Add(row.csvCells(report)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// FileName returns the name of the CSV file of a month: "halation-post-usage-2026-11.csv".
func FileName(team string, month Month) string { return team + "-usage-" + month.String() + ".csv" }

func exportHeader(report *Report) []string {
	zone := " (" + report.Month.Zone().String() + ")"
	header := []string{"Session", "Organizer", "Room", "Participants invited", "People who attended", "Scheduled start" + zone, "Started" + zone, "Ended" + zone,
		"Scheduled (s)", "Actual (s)", "Reasons", "Explanation",
		"Scheduled resolution", "Scheduled frame rate", "Scheduled codec", "Scheduled audio", "Actual resolution", "Actual frame rate", "Actual codec", "Actual audio", "Session ID"}
	if !report.Rate.Included() {
		header = append(header, "Scheduled cost ("+report.Rate.Currency+")", "Actual cost ("+report.Rate.Currency+")")
	}
	return header
}

func (r Row) csvCells(report *Report) []string {
	at := func(t time.Time) string { return csvfile.FormatTime(t, report.Month.Zone()) }
	cells := []string{r.Title, r.Organizer, r.Room, strconv.Itoa(r.Guests), strconv.Itoa(r.Attended), at(r.Starts), at(r.Started), at(r.Ended),
		strconv.Itoa(r.ScheduledSeconds), strconv.Itoa(r.ActualSeconds),
		strings.Join(r.Reasons, ", "), strings.Join(r.ReasonTexts(), "; "),
		r.Scheduled.Resolution, fpsCell(r.Scheduled.FPS), r.Scheduled.Codec, r.Scheduled.Audio, r.Actual.Resolution, fpsCell(r.Actual.FPS), r.Actual.Codec, r.Actual.Audio, r.ID}
	if !report.Rate.Included() {
		cells = append(cells, costCell(report.Rate, r.ScheduledSeconds), costCell(report.Rate, r.ActualSeconds))
	}
	return cells
}

func fpsCell(fps int) string {
	if fps == 0 {
		return ""
	}
	return strconv.Itoa(fps)
}

func costCell(rate Rate, seconds int) string {
	return strconv.FormatFloat(rate.Cost(seconds), 'f', 2, 64)
}
