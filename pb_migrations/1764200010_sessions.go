package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Sessions, their series and participants. starts and minutes are the schedule, which changes only by rescheduling before the
// start (R126); started, ended and the attendances are what happened.
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		host, err := relation(app, "host", "users", false, false)
		if err != nil {
			return err
		}
		room, err := relation(app, "room", "rooms", false, false)
		if err != nil {
			return err
		}

		series := core.NewBaseCollection("series")
		series.Fields.Add(
			team, host,
			&core.TextField{Name: "rule", Required: true, Max: 300}, // RFC 5545, 3.3.10, without DTSTART
			&core.TextField{Name: "timezone", Required: true, Max: 64},
			&core.DateField{Name: "starts", Required: true}, // of the first
			&core.NumberField{Name: "sequence", OnlyInt: true, Min: atLeast(0)},
			created(), updated(),
		)
		series.AddIndex("idx_series_team", false, "team", "")
		if err := app.Save(series); err != nil {
			return err
		}
		one, err := relation(app, "series", "series", false, true)
		if err != nil {
			return err
		}

		sessions := core.NewBaseCollection("sessions")
		whole := func(name string, min float64) core.Field {
			return &core.NumberField{Name: name, OnlyInt: true, Min: &min}
		}
		sessions.Fields.Add(
			team, one,
			&core.DateField{Name: "occurrence"}, // original time in the series: its RECURRENCE-ID
			host,
			&core.TextField{Name: "host_name", Max: 254},
			&core.TextField{Name: "title", Required: true, Max: 200},
			&core.TextField{Name: "description", Max: 500},
			room,
			&core.DateField{Name: "starts", Required: true},
			whole("minutes", 1),
			whole("extra", 0),                             // minutes of extension while running
			&core.DateField{Name: "ends", Required: true}, // starts + minutes + extra, for queries
			&core.TextField{Name: "timezone", Required: true, Max: 64},
			&core.SelectField{Name: "status", Required: true, MaxSelect: 1, Values: []string{"scheduled", "running", "ended", "cancelled"}},
			&core.TextField{Name: "code", Required: true, Max: 40},
			&core.BoolField{Name: "passwordless"},
			&core.BoolField{Name: "early"},
			&core.BoolField{Name: "lobby"},
			&core.BoolField{Name: "muted"},
			&core.SelectField{Name: "recording", MaxSelect: 1, Values: []string{"off", "host", "always"}},
			whole("people", 0),
			&core.SelectField{Name: "resolution", Required: true, MaxSelect: 1, Values: resolutions},
			whole("fps", 1),
			&core.SelectField{Name: "codec", Required: true, MaxSelect: 1, Values: []string{"vp8", "h264", "vp9", "av1"}},
			&core.SelectField{Name: "audio", Required: true, MaxSelect: 1, Values: []string{"speech", "music", "stereo"}},
			&core.URLField{Name: "elsewhere", Hidden: true}, // shown only behind the join flow (R118)
			whole("sequence", 0),
			&core.TextField{Name: "media", Hidden: true, Max: 40}, // the media room of the run, never reused (R115)
			&core.DateField{Name: "started"},
			&core.DateField{Name: "ended"},
			&core.TextField{Name: "end_reason", Max: 40},
			&core.DateField{Name: "empty"}, // since when it has been empty while running
			created(), updated(),
		)
		sessions.AddIndex("idx_sessions_code", true, "code", "")
		sessions.AddIndex("idx_sessions_media", true, "media", "media != ''")
		sessions.AddIndex("idx_sessions_team", false, "team, starts", "")
		sessions.AddIndex("idx_sessions_ends", false, "team, ends", "")
		sessions.AddIndex("idx_sessions_room", false, "room, starts", "room != ''")
		sessions.AddIndex("idx_sessions_host", false, "host, starts", "")
		sessions.AddIndex("idx_sessions_series", false, "series, occurrence", "series != ''")
		sessions.AddIndex("idx_sessions_running", false, "team", "status = 'running'")
		if err := app.Save(sessions); err != nil {
			return err
		}

		session, err := relation(app, "session", "sessions", true, true)
		if err != nil {
			return err
		}
		user, err := relation(app, "user", "users", false, false)
		if err != nil {
			return err
		}
		participants := core.NewBaseCollection("participants")
		participants.Fields.Add(
			team, session, user,
			&core.EmailField{Name: "email", Required: true},
			&core.TextField{Name: "name", Max: 80},
			&core.SelectField{Name: "part", Required: true, MaxSelect: 1, Values: []string{"host", "cohost", "presenter", "attendee"}},
			&core.SelectField{Name: "state", Required: true, MaxSelect: 1, Values: []string{"invited", "declined", "waiting", "admitted", "refused", "out"}},
			&core.SelectField{Name: "answer", MaxSelect: 1, Values: []string{"yes", "maybe", "no"}},
			&core.TextField{Name: "token_hash", Hidden: true, Max: 64},
			created(), updated(),
		)
		participants.AddIndex("idx_participants_address", true, "session, email", "")
		participants.AddIndex("idx_participants_token", true, "token_hash", "token_hash != ''")
		participants.AddIndex("idx_participants_user", false, "user, session", "user != ''")
		participants.AddIndex("idx_participants_team", false, "team, email", "")
		if err := app.Save(participants); err != nil {
			return err
		}

		feeds := core.NewBaseCollection("feeds")
		reader, err := relation(app, "user", "users", true, true)
		if err != nil {
			return err
		}
		feeds.Fields.Add(team, reader, &core.TextField{Name: "token_hash", Required: true, Hidden: true, Max: 64}, created(), updated())
		feeds.AddIndex("idx_feeds_reader", true, "team, user", "")
		feeds.AddIndex("idx_feeds_token", true, "token_hash", "")
		if err := app.Save(feeds); err != nil {
			return err
		}

		sessions.ListRule = rule(`@request.auth.id != "" && team.memberships_via_team.user ?= @request.auth.id && (host = @request.auth.id || participants_via_session.user ?= @request.auth.id || ` + panelOf("team") + `)`)
		sessions.ViewRule = sessions.ListRule
		return app.Save(sessions)
	}, drop("feeds", "participants", "sessions", "series"))
}
