package panel

import (
	"net/http"
	"net/url"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/attendances"
	"usher/hooks/paths"
	"usher/hooks/tools/text"
	"usher/hooks/usage"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// showUsageDetails shows a session beside the list of its month, or of the month that the URL asks for.
func showUsageDetails(e *core.RequestEvent) error {
	details, err := usage.Find(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	query, err := parseUsageQuery(e)
	if err != nil || !e.Request.URL.Query().Has("month") {
		query.Month = details.Month
	}
	list, err := loadUsage(e, query, details.ID)
	if err != nil {
		return err
	}
	props := newUsageDetails(e, details, query)
	fillUsagePosition(&props.Drawer, list)
	if web.IsFragmentFor(e, "details") {
		props.Focus = true
		return web.Render(e, http.StatusOK, usageSwap(layout.PageTitle(e, details.Title), UsageDetails(props), list))
	}
	pageShell, err := shell(e, "usage", ui.Breadcrumb{Label: "Usage", Href: query.href(usagePath(e))}, ui.Breadcrumb{Label: details.Title})
	if err != nil {
		return err
	}
	pageShell.Drawer = UsageDetails(props)
	return web.Render(e, http.StatusOK, UsagePage(pageShell, Usage(list)))
}

func fillUsagePosition(head *ui.DrawerProps, list UsageProps) {
	for n, row := range list.Rows {
		if !row.Current {
			continue
		}
		head.Position = ui.Number(list.Pages.From+n) + " of " + ui.Number(list.Pages.Total)
		if n > 0 {
			head.PreviousURL = list.Rows[n-1].Href
		}
		if n+1 < len(list.Rows) {
			head.NextURL = list.Rows[n+1].Href
		}
	}
}

func newUsageDetails(e *core.RequestEvent, d *usage.Details, query usageQuery) UsageDetailsProps {
	team, zone := e.Request.PathValue("team"), d.Month.Zone()
	props := UsageDetailsProps{
		Drawer: ui.DrawerProps{Label: d.Title, CloseURL: query.href(usagePath(e)), CopyLink: true, Attrs: ui.OpenDrawer()},
		Title:  d.Title, Subtitle: text.Isolate(d.Organizer), Reasons: reasonLines(d.Row), External: d.External, Running: d.Ended.IsZero() && !d.Started.IsZero(),
		Guests: ui.Count(d.Guests, "participant", "participants") + " and the host", Zone: text.ZoneName(zone),
		SessionURL: paths.Session(team, d.ID), AuditURL: auditPath(e) + "?person=" + url.QueryEscape(d.ID),
	}
	if d.Room != "" {
		props.Subtitle += " · " + text.Isolate(d.Room)
	}
	props.Lines = comparedLines(d, zone)
	if props.End = d.EndText(); props.End != "" {
		switch {
		case d.EndedBy != "" && d.EndedByHost():
			props.End += ", " + text.Isolate(d.EndedBy)
		case d.EndedBy != "":
			props.End += " by " + text.Isolate(d.EndedBy)
		}
		props.End += "."
	}
	if len(d.Runs) > 1 {
		for n, run := range d.Runs {
			props.Runs = append(props.Runs, UsageSpan{"Run " + ui.Number(n+1), spanText(run.Started, run.Ended, zone), usage.FormatSeconds(run.Seconds(time.Now()))})
		}
	}
	for _, stay := range d.Attendances {
		props.People = append(props.People, attendanceSpan(stay, zone))
	}
	return props
}

func attendanceSpan(stay *attendances.Attendance, zone *time.Location) UsageSpan {
	span := UsageSpan{Label: stay.Name(), Text: spanText(stay.Joined(), stay.Left(), zone)}
	if stay.Estimated() {
		span.Text = "about " + span.Text
	}
	if !stay.Left().IsZero() {
		span.Value = usage.FormatSeconds(int(stay.Left().Sub(stay.Joined()).Round(time.Second) / time.Second))
	}
	return span
}

// spanText formats a span to the second: "10:03:00 to 10:23:07".
func spanText(from, to time.Time, zone *time.Location) string {
	if to.IsZero() {
		return "since " + from.In(zone).Format(time.TimeOnly)
	}
	return from.In(zone).Format(time.TimeOnly) + " to " + to.In(zone).Format(time.TimeOnly)
}

// comparedLines are the values that were scheduled beside the actual ones.
func comparedLines(d *usage.Details, zone *time.Location) []ComparedLine {
	at := func(t time.Time, layout string) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format(layout)
	}
	const minute, second = "2 Jan, 15:04", "2 Jan, 15:04:05"
	scheduled, actual := d.Scheduled, d.Actual
	lines := []ComparedLine{
		{"Start", at(d.Starts, minute), at(d.Started, second), false},
		{"End", at(d.Ends(), minute), at(d.Ended, second), false},
		{"Time", usage.FormatSeconds(d.ScheduledSeconds), exactSeconds(d.ActualSeconds), false},
		{"Resolution", scheduled.Resolution, actual.Resolution, false},
		{"Frame rate", usage.FormatFPS(scheduled.FPS), usage.FormatFPS(actual.FPS), false},
		{"Codec", usage.FormatCodec(scheduled.Codec), usage.FormatCodec(actual.Codec), false},
		{"Audio", usage.FormatAudio(scheduled.Audio), usage.FormatAudio(actual.Audio), false},
	}
	if !d.Rate.Included() {
		lines = append(lines, ComparedLine{"Cost", d.Rate.FormatCost(d.ScheduledSeconds), d.Rate.FormatCost(d.ActualSeconds), false})
	}
	changed := map[string]bool{}
	for _, change := range d.Changes() {
		changed[map[string]string{"resolution": "Resolution", "fps": "Frame rate", "codec": "Codec", "audio": "Audio"}[change.Field]] = true
	}
	for _, reason := range d.Reasons {
		changed["Time"] = changed["Time"] || reason == usage.EndedEarly || reason == usage.EndedLate || reason == usage.NeverStarted
	}
	for n := range lines {
		lines[n].Differs = changed[lines[n].Label]
	}
	return lines
}

// exactSeconds formats a duration to the second: "20 min 7 s".
func exactSeconds(seconds int) string {
	rest := seconds % 60
	switch {
	case seconds < 60:
		return usage.FormatSeconds(seconds)
	case rest == 0:
		return usage.FormatSeconds(seconds)
	}
	return usage.FormatSeconds(seconds-rest) + " " + ui.Number(rest) + " s"
}
