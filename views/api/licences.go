package api

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/licences"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/views/web"
)

// licenceReport is the use of a team's seats and licences now, in the past and in the coming days (R112).
type licenceReport struct {
	AsOf      string          `json:"asOf"`
	Timezone  string          `json:"timezone"` // of the team: days are in it
	Admin     heldSeats       `json:"admin"`
	Organizer heldSeats       `json:"organizer"`
	Licences  usedLicences    `json:"licences"`
	Peaks     []licencePeak   `json:"peaks"`
	Forecast  licenceForecast `json:"forecast"`
}

type heldSeats struct {
	seatCount
	Holders []seatHolder `json:"holders"`
}

// seatHolder is a user, or an invitee for whom a seat is reserved.
type seatHolder struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Reserved bool   `json:"reserved"`
}

type usedLicences struct {
	licenceCount
	Sessions []licensedSession `json:"sessions"`
}

// licensedSession is a running session.
type licensedSession struct {
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	Host     sessionHost `json:"host"`
	Started  string      `json:"started"`
	Ends     string      `json:"ends"`
	External bool        `json:"external"`
}

type licencePeak struct {
	Day      string `json:"day"`
	Licences int    `json:"licences"`
}

type licenceForecast struct {
	Until     string            `json:"until"`
	Hours     []forecastHour    `json:"hours"`
	Conflicts []licenceConflict `json:"conflicts"`
}

type forecastHour struct {
	Start    string `json:"start"`
	Sessions int    `json:"sessions"`
	Over     bool   `json:"over"`
}

type licenceConflict struct {
	From     string           `json:"from"`
	To       string           `json:"to"`
	Peak     int              `json:"peak"`
	Sessions []plannedSession `json:"sessions"`
}

type plannedSession struct {
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	Host     sessionHost `json:"host"`
	Starts   string      `json:"starts"`
	Ends     string      `json:"ends"`
	Running  bool        `json:"running"`
	External bool        `json:"external"`
}

func showLicences(e *core.RequestEvent) error {
	report, err := licences.Of(e.App, web.Actor(e), time.Now())
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, licenceReport{
		AsOf: formatTime(report.At), Timezone: report.Zone.String(),
		Admin:     heldSeatsOf(report.Seats.Admin, report.Holders, func(h seats.Holder) bool { return h.Admin }),
		Organizer: heldSeatsOf(report.Seats.Organizer, report.Holders, func(h seats.Holder) bool { return h.Organizer }),
		Licences:  usedLicencesOf(report), Peaks: licencePeaksOf(report), Forecast: licenceForecastOf(report),
	})
}

func heldSeatsOf(count seats.Count, holders []seats.Holder, holds func(seats.Holder) bool) heldSeats {
	held := heldSeats{seatCount: seatCountOf(count), Holders: []seatHolder{}}
	for _, h := range holders {
		if holds(h) {
			held.Holders = append(held.Holders, seatHolder{h.ID, h.Name, h.Email, h.Reserved})
		}
	}
	return held
}

func usedLicencesOf(report *licences.Report) usedLicences {
	used := usedLicences{licenceCount{report.Use.Limit, report.Use.Used(), report.Use.Free()}, []licensedSession{}}
	for _, s := range report.Use.Sessions {
		used.Sessions = append(used.Sessions, licensedSession{s.Id, s.Title(), sessionHost{s.HostID(), s.HostName()}, formatTime(s.Started()), formatTime(s.Ends()), isExternal(s)})
	}
	return used
}

func isExternal(s *sessions.Session) bool { return s.ExternalLink() != "" }

func licencePeaksOf(report *licences.Report) []licencePeak {
	peaks := make([]licencePeak, 0, len(report.Peaks))
	for _, p := range report.Peaks {
		peaks = append(peaks, licencePeak{p.Day.In(report.Zone).Format(time.DateOnly), p.Licences})
	}
	return peaks
}

func licenceForecastOf(report *licences.Report) licenceForecast {
	forecast := licenceForecast{Until: formatTime(report.Forecast.Until), Hours: []forecastHour{}, Conflicts: []licenceConflict{}}
	for _, day := range report.Forecast.Days {
		for _, hour := range day.Hours {
			if hour.Sessions > 0 {
				forecast.Hours = append(forecast.Hours, forecastHour{formatTime(hour.Start), hour.Sessions, hour.Over})
			}
		}
	}
	for _, c := range report.Forecast.Conflicts {
		conflict := licenceConflict{From: formatTime(c.From), To: formatTime(c.To), Peak: c.Peak}
		for _, s := range c.Sessions {
			conflict.Sessions = append(conflict.Sessions, plannedSession{s.ID, s.Title, sessionHost{s.Host, s.HostName},
				formatTime(s.Starts.Time()), formatTime(s.Ends.Time()), s.Running, s.External})
		}
		forecast.Conflicts = append(forecast.Conflicts, conflict)
	}
	return forecast
}
