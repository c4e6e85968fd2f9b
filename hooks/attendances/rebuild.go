package attendances

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// rebuild recomputes the attendances of an external session from all its reports, so that the result doesn't depend on the
// order in which they arrived.
func rebuild(tx core.App, session *sessions.Session) error {
	if err := saveLaterRuns(tx, session); err != nil {
		return err
	}
	wanted, err := reportedStays(tx, session)
	if err != nil {
		return err
	}
	existing, err := List(tx, session.Id)
	if err != nil {
		return err
	}
	for _, a := range existing {
		if _, stays := wanted[a.GetString("sid")]; !stays {
			if err := tx.Delete(a); err != nil {
				return fmt.Errorf("take back a stay: %w", err)
			}
		}
	}
	for sid, reported := range wanted {
		a, err := findOrNew(tx, session, sid)
		if err != nil {
			return err
		}
		a.Load(map[string]any{"joined": reported.joined, "left": reported.left, "estimated": false,
			"width": 0, "height": 0, "fps": 0, "codec": "", "audio": reported.settings.Audio})
		if err := reported.identify(tx, session, a); err != nil {
			return err
		}
		a.addTrack(reported.settings.videoTrack())
		if err := tx.Save(a); err != nil {
			return err
		}
	}
	return nil
}

// reportedStay is a person's stay from a "joined" to the next "left".
type reportedStay struct {
	person   string
	joined   time.Time
	left     time.Time
	settings Settings
}

// reportedStays reads the stays from the reports, by the id of their "joined". A repeated "joined" and a "left" without one are
// ignored.
func reportedStays(tx core.App, session *sessions.Session) (map[string]*reportedStay, error) {
	var reports []*core.Record
	err := tx.RecordQuery("session_reports").AndWhere(dbx.HashExp{"session": session.Id}).OrderBy("at", "event").All(&reports)
	if err != nil {
		return nil, fmt.Errorf("list the reports of a session: %w", err)
	}
	var defaults Settings
	all, in := map[string]*reportedStay{}, map[string]*reportedStay{}
	over := false
	for _, r := range reports {
		var settings Settings
		if err := r.UnmarshalJSONField("settings", &settings); err != nil {
			return nil, fmt.Errorf("read a report: %w", err)
		}
		person, at := strings.ToLower(r.GetString("person")), r.GetDateTime("at").Time()
		switch r.GetString("type") {
		case EventStarted:
			defaults = settings
			if over { // everyone left with the end of the previous run
				clear(in)
				over = false
			}
		case EventEnded:
			over = true
		case EventJoined:
			if in[person] == nil {
				in[person] = &reportedStay{r.GetString("person"), at, time.Time{}, settings.orDefault(defaults)}
				all[r.GetString("event")] = in[person]
			}
		case EventLeft:
			if in[person] != nil {
				in[person].left = at
				delete(in, person)
			}
		}
	}
	return all, nil
}

// orDefault fills empty settings with defaults.
func (s Settings) orDefault(others Settings) Settings {
	if s == (Settings{}) {
		return others
	}
	return s
}

// videoTrack is the settings as a video track.
func (s Settings) videoTrack() live.Track {
	height, err := strconv.Atoi(strings.TrimSuffix(s.Resolution, "p"))
	if err != nil || height < 0 || height > 10_000 {
		height = 0
	}
	return live.Track{Source: "camera", Width: height * 16 / 9, Height: height, FPS: s.FPS, Codec: s.Codec}
}

// identify sets the participant with that address, or else the reported name.
func (s *reportedStay) identify(tx core.App, session *sessions.Session, a *Attendance) error {
	a.Load(map[string]any{"participant": "", "user": "", "name": text.Truncate(s.person, 254)})
	p, err := sessions.FindParticipantByEmail(tx, session.Id, strings.ToLower(s.person))
	if err == nil {
		a.setParticipant(p)
	}
	return errs.IgnoreNotFound(err)
}
