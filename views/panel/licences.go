package panel

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/licences"
	"usher/hooks/paths"
	"usher/hooks/plans"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// showLicences shows the seats and licences in use, the peaks of the last days and the forecast (R112).
func showLicences(e *core.RequestEvent) error {
	report, err := licences.Of(e.App, web.Actor(e), time.Now())
	if err != nil {
		return err
	}
	pageShell, err := shell(e, "licences", ui.Breadcrumb{Label: "Licences"})
	if err != nil {
		return err
	}
	times := layout.TimesFor(web.Actor(e))
	return web.Render(e, http.StatusOK, Licences(LicencesProps{
		Shell: pageShell, Zone: report.Zone.String(),
		Licences:  newLicenceSeats(e, report.Use.Limit, report.Use.Sessions),
		Admin:     newHeldSeats(e, "Admin", report.Seats.Admin, report.Holders, func(h seats.Holder) bool { return h.Admin }),
		Organizer: newHeldSeats(e, "Organizer", report.Seats.Organizer, report.Holders, func(h seats.Holder) bool { return h.Organizer }),
		Running:   newRunningRows(e, report.Use.Sessions, times),
		Peaks:     newPeaksProps(report),
		Forecast:  newForecastProps(e, report),
	}))
}

// newHeldSeats describes the seats of a role, whose links lead to the holders' pages.
func newHeldSeats(e *core.RequestEvent, role string, count seats.Count, holders []seats.Holder, holds func(seats.Holder) bool) SeatsProps {
	props := newSeatsProps(role, usersPath(e), count, holders, holds)
	for _, five := range props.Rows {
		for n := range five {
			five[n].Drawer = false
		}
	}
	return props
}

// newLicenceSeats draws licences like seats. Each that is in use leads to its session.
func newLicenceSeats(e *core.RequestEvent, limit int, running []*sessions.Session) SeatsProps {
	count := seats.Count{Limit: limit, Used: len(running)}
	props := SeatsProps{Role: "Licence", Running: true, Limit: limit, Used: len(running), Free: count.Free(), Unlimited: limit == plans.Unlimited}
	drawn := max(limit, len(running))
	if props.AsBar = drawn > maxDrawn; props.AsBar {
		return props
	}
	var five []Seat
	for n := range drawn {
		seat := Seat{State: "free", Label: "Free licence"}
		if n < len(running) {
			s := running[n]
			seat = Seat{State: seatState(false), Initials: ui.Initials(s.HostName()), Href: paths.Session(e.Request.PathValue("team"), s.Id),
				Label: text.Isolate(s.Title()) + ", " + text.Isolate(s.HostName())}
		}
		if five = append(five, seat); len(five) == 5 || n == drawn-1 {
			props.Rows, five = append(props.Rows, five), nil
		}
	}
	return props
}

func newRunningRows(e *core.RequestEvent, running []*sessions.Session, times text.ReaderZone) []RunningRow {
	links := hostLinks(e, running)
	rows := make([]RunningRow, 0, len(running))
	for _, s := range running {
		rows = append(rows, RunningRow{
			Title: s.Title(), Href: paths.Session(e.Request.PathValue("team"), s.Id), Host: s.HostName(), HostHref: links[s.HostID()],
			External: s.ExternalLink() != "", Over: time.Now().After(s.Ends()), Started: s.Started(), Ends: s.Ends(), Times: times,
		})
	}
	return rows
}

// hostLinks returns the pages of the hosts who are in the team, by their account ID. Without them, names are not links.
func hostLinks(e *core.RequestEvent, running []*sessions.Session) map[string]string {
	var ids []string
	for _, s := range running {
		ids = append(ids, s.HostID())
	}
	links, err := loadLogLinks(e, ids)
	if err != nil {
		e.App.Logger().Warn("the pages of hosts couldn't be found", "error", err)
	}
	return links
}
