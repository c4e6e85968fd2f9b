package sessions

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/rooms"
)

// Codes of refusals of what plan, room and session hold.
const (
	CodeTooManyPeople = "too_many_people"
	CodeBadSetting    = "bad_setting"
)

// MaxPeople is how many people can be asked to one session, whatever the plan says.
const MaxPeople = 1000

// bounds are what the plan of a team lets one session have; -1 is no bound (R103).
type bounds struct {
	name            string
	minutes, people int
}

func boundsOf(app core.App, team *core.Record) (*bounds, error) {
	plan, err := plans.Find(app, team.GetString("plan"))
	if err != nil {
		return nil, fmt.Errorf("find the plan of a team: %w", err)
	}
	return &bounds{plan.Name(), plan.GetInt("session_minutes"), plan.GetInt("session_people")}, nil
}

// mostPeople is how many may be in the session at once, and what says so: the session, its room, the plan or the
// house itself.
func mostPeople(s *core.Record, room *rooms.Room, plan *bounds) (most int, why string) {
	most, why = MaxPeople, "A session can have at most %d people."
	lower := func(n int, reason string) {
		if n >= 0 && n < most {
			most, why = n, reason
		}
	}
	lower(plan.people, "On the plan "+plan.name+" a session can have at most %d people. Ask fewer, or ask the Owner for a larger plan.")
	if room != nil && room.GetInt("people") > 0 {
		lower(room.GetInt("people"), "The room "+room.Name()+" holds at most %d people. Ask fewer, or choose another room.")
	}
	if n := s.GetInt("people"); n > 0 {
		lower(n, "The session is set to at most %d people. Ask fewer, or raise that number.")
	}
	return most, why
}

// MostPeople is how many may be in the session at once: the smallest of what plan, room and session say (R91, R103).
func MostPeople(app core.App, session *Session) (int, error) {
	most, _, err := mostOf(app, session.Record)
	return most, err
}

func mostOf(app core.App, s *core.Record) (most int, why string, err error) {
	team, err := app.FindRecordById("teams", s.GetString("team"), record.Keep)
	if err != nil {
		return 0, "", fmt.Errorf("find the team of a session: %w", err)
	}
	plan, err := boundsOf(app, team)
	if err != nil {
		return 0, "", err
	}
	room, err := roomOf(app, s)
	if err != nil {
		return 0, "", err
	}
	most, why = mostPeople(s, room, plan)
	return most, why, nil
}

// roomOf is the session's room; nil if it has none.
func roomOf(app core.App, s *core.Record) (*rooms.Room, error) {
	if s.GetString("room") == "" {
		return nil, nil
	}
	room, err := rooms.Find(app, s.GetString("team"), s.GetString("room"))
	if err == record.ErrNotFound {
		return nil, record.Refuse("room", rooms.CodeUnknown, "There is no such room in the team. Choose another one.")
	}
	return room, err
}

var heights = map[string]int{"360p": 360, "720p": 720, "1080p": 1080, "2160p": 2160}

// judgeSettings refuses what the room does not have (R91), and numbers that nobody can have.
func judgeSettings(s *core.Record, room *rooms.Room, plan *bounds) error {
	if fps := s.GetInt("fps"); fps < 5 || fps > 60 {
		return record.Refuse("fps", CodeBadSetting, "Choose a frame rate from 5 to 60 pictures a second.")
	}
	if n := s.GetInt("people"); n > 0 {
		whole := core.NewRecord(s.Collection())
		if most, why := mostPeople(whole, room, plan); n > most {
			return record.Refuse("people", CodeTooManyPeople, fmt.Sprintf(why, most))
		}
	}
	if room == nil {
		return nil
	}
	if heights[s.GetString("resolution")] > heights[room.Quality()] {
		return record.Refuse("resolution", CodeBadSetting, fmt.Sprintf("The room %s allows pictures up to %s. Choose a smaller one, or another room.", room.Name(), room.Quality()))
	}
	if room.GetString("recording") == "off" && s.GetString("recording") != "off" {
		return record.Refuse("recording", CodeBadSetting, "The room "+room.Name()+" keeps no recordings. Turn recording off, or choose another room.")
	}
	return nil
}
