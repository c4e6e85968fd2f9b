package api

import (
	"io"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/teams"
	"usher/hooks/usage"
	"usher/views/web"
)

// usageReport is the usage of a month.
type usageReport struct {
	Month    string      `json:"month"`
	AsOf     string      `json:"asOf"`
	Timezone string      `json:"timezone"`
	Totals   usageTotals `json:"totals"`
	Rows     []usageRow  `json:"rows"`
}

type usageTotals struct {
	Sessions         int      `json:"sessions"`
	ScheduledSeconds int      `json:"scheduledSeconds"`
	ActualSeconds    int      `json:"actualSeconds"`
	Upcoming         int      `json:"upcoming"` // of sessions; they have no row
	UpcomingSeconds  int      `json:"upcomingSeconds"`
	Running          int      `json:"running"`
	ScheduledCost    *float64 `json:"scheduledCost,omitempty"` // without a rate, sessions are included
	ActualCost       *float64 `json:"actualCost,omitempty"`
	HourlyRate       *float64 `json:"hourlyRate,omitempty"`
	Currency         string   `json:"currency,omitempty"`
}

type usageRow struct {
	ID               string         `json:"id"`
	Title            string         `json:"title"`
	Organizer        string         `json:"organizer"`
	OrganizerID      string         `json:"organizerId"`
	Room             string         `json:"room"`
	RoomName         string         `json:"roomName"`
	Guests           int            `json:"guests"`
	ScheduledSeconds int            `json:"scheduledSeconds"`
	ActualSeconds    int            `json:"actualSeconds"`
	Reason           string         `json:"reason"`
	Reasons          []string       `json:"reasons"`
	Scheduled        usageScheduled `json:"scheduled"`
	Actual           usageActual    `json:"actual"`
}

type usageScheduled struct {
	Starts string `json:"starts"`
	Ends   string `json:"ends"`
	usageSettings
}

type usageActual struct {
	Started   string `json:"started"` // empty if it never started
	Ended     string `json:"ended"`
	EndReason string `json:"endReason"`
	People    int    `json:"people"`
	usageSettings
}

// usageSettings are empty where nothing was measured.
type usageSettings struct {
	Resolution string `json:"resolution"`
	FPS        int    `json:"fps"`
	Codec      string `json:"codec"`
	Audio      string `json:"audio"`
}

// showUsage returns the usage of a month, all sessions of it.
func showUsage(e *core.RequestEvent) error {
	query, err := parseUsageQuery(e)
	if err != nil {
		return err
	}
	query.All = true
	report, err := usage.Load(e.App, web.Actor(e), query)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, usageReportOf(report))
}

func exportUsage(e *core.RequestEvent) error {
	query, err := parseUsageQuery(e)
	if err != nil {
		return err
	}
	name := usage.FileName(web.Actor(e).TeamSlug(), query.Month)
	return web.ServeCSV(e, name, func(to io.Writer) error { return usage.Export(e.App, web.Actor(e), query, to) })
}

func parseUsageQuery(e *core.RequestEvent) (usage.Query, error) {
	return usage.ParseQuery(e.Request.URL.Query(), time.Now(), teams.Of(web.Actor(e).Team).Zone())
}

func usageReportOf(report *usage.Report) usageReport {
	totals, rate := report.Totals, report.Rate
	answer := usageReport{Month: report.Month.String(), AsOf: formatTime(report.AsOf), Timezone: report.Month.Zone().String(), Rows: make([]usageRow, len(report.Rows)),
		Totals: usageTotals{Sessions: totals.Sessions, ScheduledSeconds: totals.ScheduledSeconds, ActualSeconds: totals.ActualSeconds, Upcoming: totals.Upcoming,
			UpcomingSeconds: totals.UpcomingSeconds, Running: totals.Running}}
	if !rate.Included() {
		scheduled, actual := rate.Cost(totals.ScheduledSeconds), rate.Cost(totals.ActualSeconds)
		answer.Totals.ScheduledCost, answer.Totals.ActualCost, answer.Totals.HourlyRate, answer.Totals.Currency = &scheduled, &actual, &rate.Hourly, rate.Currency
	}
	for n, row := range report.Rows {
		answer.Rows[n] = usageRowOf(row)
	}
	return answer
}

func usageRowOf(row usage.Row) usageRow {
	return usageRow{
		ID: row.ID, Title: row.Title, Organizer: row.Organizer, OrganizerID: row.OrganizerID, Room: row.RoomID, RoomName: row.Room, Guests: row.Guests,
		ScheduledSeconds: row.ScheduledSeconds, ActualSeconds: row.ActualSeconds, Reason: row.Reason(), Reasons: row.Reasons,
		Scheduled: usageScheduled{Starts: formatTime(row.Starts), Ends: formatTime(row.Ends()), usageSettings: usageSettings(row.Scheduled)},
		Actual:    usageActual{Started: formatTime(row.Started), Ended: formatTime(row.Ended), EndReason: row.EndReason, People: row.Attended, usageSettings: usageSettings(row.Actual)},
	}
}
