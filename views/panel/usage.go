package panel

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tags"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
	"usher/hooks/usage"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// usageRoutes registers the pages about the usage of a month (R123).
func usageRoutes(panel *web.Group) {
	panel.GET("/usage", showUsage)
	panel.GET("/usage/export", exportUsage)
	panel.GET("/usage/{id}", showUsageDetails)
}

// usageQuery is what a page of usage shows: a query and the dimension of its chart.
type usageQuery struct {
	usage.Query
	by string
}

func parseUsageQuery(e *core.RequestEvent) (usageQuery, error) {
	values := e.Request.URL.Query()
	query, err := usage.ParseQuery(values, time.Now(), teamZone(e))
	by := values.Get("by")
	if by != usage.ByOrganizer && by != usage.ByRoom {
		by = usage.ByDay
	}
	return usageQuery{query, by}, err
}

func teamZone(e *core.RequestEvent) *time.Location { return teams.Of(web.Actor(e).Team).Zone() }

// href returns the URL of the query under a path, without default values.
func (q usageQuery) href(path string) string {
	values := url.Values{}
	for name, value := range map[string]string{"month": q.monthText(), "organizer": q.Organizer, "room": q.Room, "tag": q.Tag, "sort": q.Sort} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.by != usage.ByDay {
		values.Set("by", q.by)
	}
	if q.Page > 1 {
		values.Set("page", strconv.Itoa(q.Page))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// monthText is the month as a parameter, "" for the current one.
func (q usageQuery) monthText() string {
	if q.isCurrent() {
		return ""
	}
	return q.Month.String()
}

func (q usageQuery) isCurrent() bool { return q.Month == usage.MonthOf(time.Now(), q.Month.Zone()) }

// at returns the query for another month.
func (q usageQuery) at(month usage.Month) usageQuery {
	q.Month, q.Page = month, 1
	return q
}

// showUsage shows a month. Fragment requests get only the part below the breadcrumbs.
func showUsage(e *core.RequestEvent) error {
	query, err := parseUsageQuery(e)
	if faults, refused := web.FormErrorsOf(err); refused {
		return showBadMonth(e, web.StatusCode(err), faults["month"])
	}
	props, err := loadUsage(e, query, "")
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "details") {
		return web.Render(e, http.StatusOK, usageSwap(layout.PageTitle(e, props.title()), nil, props))
	}
	if web.IsFragment(e) {
		e.Response.Header().Set("HX-Push-Url", query.href(usagePath(e)))
		return web.Render(e, http.StatusOK, UsageFragment(layout.PageTitle(e, props.title()), props))
	}
	pageShell, err := shell(e, "usage", ui.Breadcrumb{Label: "Usage"})
	if err != nil {
		return err
	}
	pageShell.Page.Title = layout.PageTitle(e, props.title())
	return web.Render(e, http.StatusOK, UsagePage(pageShell, Usage(props)))
}

// showBadMonth explains that the month in the URL doesn't exist.
func showBadMonth(e *core.RequestEvent, status int, why string) error {
	body := badMonth(why, usagePath(e))
	if web.IsFragment(e) {
		return web.Render(e, status, body)
	}
	pageShell, err := shell(e, "usage", ui.Breadcrumb{Label: "Usage"})
	if err != nil {
		return err
	}
	return web.Render(e, status, UsagePage(pageShell, body))
}

// exportUsage sends the sessions of the query as CSV.
func exportUsage(e *core.RequestEvent) error {
	query, err := parseUsageQuery(e)
	if faults, refused := web.FormErrorsOf(err); refused {
		return showBadMonth(e, web.StatusCode(err), faults["month"])
	}
	name := usage.FileName(web.Actor(e).TeamSlug(), query.Month)
	return web.ServeCSV(e, name, func(to io.Writer) error { return usage.Export(e.App, web.Actor(e), query.Query, to) })
}

// loadUsage loads a month. current is the ID of the session whose details are open.
func loadUsage(e *core.RequestEvent, query usageQuery, current string) (UsageProps, error) {
	report, err := usage.Load(e.App, web.Actor(e), query.Query)
	if err != nil {
		return UsageProps{}, err
	}
	known, err := tags.Of(e.App, web.Actor(e).Team.Id)
	if err != nil {
		return UsageProps{}, err
	}
	path := usagePath(e)
	props := UsageProps{Path: path, Month: report.Month.Name(), Refresh: query.href(path), ExportURL: query.href(path + "/export"), By: query.by, MonthText: query.monthText(),
		Previous: monthLink(path, query, -1), Next: monthLink(path, query, 1), AsOf: report.AsOf.In(report.Month.Zone()), Zone: text.ZoneName(report.Month.Zone()),
		Organizer: query.Organizer, Room: query.Room, Tag: query.Tag, Sort: query.Sort, Filtered: query.IsFiltered(),
		Totals: totalBoxes(report, query.isCurrent()), Sessions: report.Totals.Sessions, Due: dueIn(report.Totals), Chart: chartOf(report, query.by, time.Now()),
	}
	if !query.isCurrent() {
		props.Today = query.at(usage.MonthOf(time.Now(), report.Month.Zone())).href(path)
	}
	props.Clear = usageQuery{usage.Query{Month: query.Month, Sort: query.Sort}, query.by}.href(path)
	props.Organizers = groupOptions("All organizers", report.Choices.Organizers, query.Organizer, "Former user")
	props.Rooms = groupOptions("All rooms", report.Choices.Rooms, query.Room, "No room")
	props.Tags = append(props.Tags, ui.Option{Label: "All tags"})
	for _, tag := range known {
		props.Tags = append(props.Tags, ui.Option{Value: tag.Name, Label: tag.Name})
	}
	for _, by := range []struct{ key, label string }{{usage.ByDay, "Day"}, {usage.ByOrganizer, "Organizer"}, {usage.ByRoom, "Room"}} {
		other := query
		other.by = by.key
		props.Dimensions = append(props.Dimensions, ui.Filter{Label: by.label, Href: other.href(path), Current: query.by == by.key})
	}
	props.fillRows(report, query, path, current)
	return props, nil
}

// monthLink leads to the month n months later; without URL if there is none, or it hasn't begun.
func monthLink(path string, query usageQuery, n int) MonthLink {
	month := query.Month.Add(n)
	link := MonthLink{Label: month.Name()}
	switch current := usage.MonthOf(time.Now(), query.Month.Zone()); {
	case !month.Exists():
	case n > 0 && current.Before(month):
		link.Label += ", not yet"
	default:
		link.Href = query.at(month).href(path)
	}
	return link
}

// dueIn is after how many seconds the figures change without an event; 0: they don't.
func dueIn(totals usage.Totals) int {
	switch {
	case totals.Running > 0:
		return 60
	case totals.Upcoming > 0:
		return 300
	}
	return 0
}

// groupOptions are the options of a filter. A selected key that isn't among them is added, so that the filter shows.
func groupOptions(all string, groups []usage.Group, selected, unnamed string) []ui.Option {
	options := []ui.Option{{Label: all}}
	known := selected == ""
	for _, group := range groups {
		options = append(options, ui.Option{Value: group.Key, Label: groupName(group, unnamed)})
		known = known || group.Key == selected
	}
	if !known {
		options = append(options, ui.Option{Value: selected, Label: "No sessions"})
	}
	return options
}

func groupName(group usage.Group, unnamed string) string {
	if group.Name == "" {
		return unnamed
	}
	return group.Name
}

// totalBoxes are the figures above the chart (R124).
func totalBoxes(report *usage.Report, current bool) []TotalBox {
	totals, soFar := report.Totals, ""
	if current {
		soFar = "so far"
	}
	sessions := TotalBox{"Sessions scheduled", ui.Number(totals.Sessions), ""}
	scheduled := TotalBox{"Time scheduled", usage.FormatSeconds(totals.ScheduledSeconds), ""}
	if totals.Upcoming > 0 {
		sessions.Note = ui.Number(totals.Past()) + " past, " + ui.Number(totals.Upcoming) + " to come"
		scheduled.Note = usage.FormatSeconds(totals.UpcomingSeconds) + " to come"
	}
	actual := TotalBox{"Time actual", usage.FormatSeconds(totals.ActualSeconds), soFar}
	if totals.Running > 0 {
		actual.Note = ui.Number(totals.Running) + " running now"
	}
	if report.Rate.Included() {
		return []TotalBox{sessions, scheduled, actual, {"Cost", "Included", "in the " + report.Rate.Plan + " plan"}}
	}
	return []TotalBox{sessions, scheduled, actual,
		{"Cost scheduled", report.Rate.FormatCost(totals.ScheduledSeconds), "at " + report.Rate.String()}, {"Cost actual", report.Rate.FormatCost(totals.ActualSeconds), soFar}}
}

// fillRows adds the rows of the page, the headers to sort them and the pager.
func (p *UsageProps) fillRows(report *usage.Report, query usageQuery, path, current string) {
	for _, row := range report.Rows {
		p.Rows = append(p.Rows, usageRow(row, report, query.href(path+"/"+row.ID), row.ID == current))
	}
	p.Columns = map[string]SortColumn{}
	for _, column := range usage.Sorts {
		p.Columns[column] = usageColumn(path, query, column)
	}
	p.Pages = ui.PagerProps{From: report.From, To: report.From + len(report.Rows) - 1, Total: report.Past, Attrs: swapUsageAttrs()}
	page := (report.From-1)/usage.PerPage + 1
	if page > 1 {
		other := query
		other.Page = page - 1
		p.Pages.Previous = other.href(path)
	}
	if p.Pages.To < report.Past {
		other := query
		other.Page = page + 1
		p.Pages.Next = other.href(path)
	}
}

// usageColumn is the header of a column; it sorts by it, and the other way round if the rows are sorted by it.
func usageColumn(path string, query usageQuery, column string) SortColumn {
	now := query.Sort
	if now == "" {
		now = "-time"
	}
	one := SortColumn{}
	switch now {
	case column:
		one.AriaSort = "ascending"
	case "-" + column:
		one.AriaSort = "descending"
	}
	query.Sort, query.Page = column, 1
	if now == column {
		query.Sort = "-" + column
	}
	if query.Sort == "-time" {
		query.Sort = ""
	}
	one.Href = query.href(path)
	return one
}

func usageRow(row usage.Row, report *usage.Report, href string, current bool) UsageRow {
	shown := row.Actual
	if shown == (usage.Settings{}) {
		shown = row.Scheduled
	}
	zone := report.Month.Zone()
	return UsageRow{ID: row.ID, Href: href, Current: current, Title: row.Title, When: usageWhen(row.At(), report.AsOf, zone), Organizer: row.Organizer, Room: row.Room, Guests: row.Guests,
		Video: videoText(shown), Audio: usage.FormatAudio(shown.Audio), Measured: row.Actual != usage.Settings{},
		Scheduled: usage.FormatSeconds(row.ScheduledSeconds), Actual: usage.FormatSeconds(row.ActualSeconds), Reasons: reasonLines(row)}
}

// usageWhen is the day and time of a session: "Today, 10:00" or "Mon 16 Nov, 11:00".
func usageWhen(at, now time.Time, zone *time.Location) string {
	return ui.FormatDay(at.In(zone), now.In(zone)) + ", " + text.TimeOfDay(at.In(zone))
}

func videoText(settings usage.Settings) string {
	var all []string
	for _, part := range []string{settings.Resolution, usage.FormatFPS(settings.FPS), usage.FormatCodec(settings.Codec)} {
		if part != "" {
			all = append(all, part)
		}
	}
	return strings.Join(all, " · ")
}

// reasonIcons and their states show each reason with icon, colour and text.
var reasonIcons = map[string]struct{ icon, state string }{
	usage.Running: {"radio", "running"}, usage.NeverStarted: {"circle-dashed", ""}, usage.EndedEarly: {"arrow-down", ""}, usage.EndedLate: {"arrow-up", "late"},
	usage.SettingsChanged: {"settings", ""}, usage.AsPlanned: {"check", "same"},
}

func reasonLines(row usage.Row) []ReasonLine {
	all := make([]ReasonLine, len(row.Reasons))
	for n, reason := range row.Reasons {
		look := reasonIcons[reason]
		all[n] = ReasonLine{look.icon, look.state, row.ReasonText(reason)}
	}
	return all
}
