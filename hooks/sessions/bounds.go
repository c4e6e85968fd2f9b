package sessions

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
)

// Codes of errors about the limits of plan, room and session.
const (
	CodeTooManyPeople = "too_many_people"
	CodeBadSetting    = "bad_setting"
)

// MaxPeople is how many people can be invited to one session, whatever the plan allows.
const MaxPeople = 1000

// capacity holds what limits the number of invitees of a session, and how many there are.
type capacity struct {
	Team           string `db:"team"`
	Series         string `db:"series"`
	Status         string `db:"status"`
	Host           string `db:"host"`
	HostName       string `db:"host_name"`
	People         int    `db:"people"`
	Plan           string `db:"plan"`
	PlanPeople     int    `db:"plan_people"`
	Room           string `db:"room"`
	RoomPeople     int    `db:"room_people"`
	Invited        int    `db:"asked"`
	AlreadyInvited bool   `db:"twice"` // the address is invited
}

// countedStates are the states of the participants who count towards the limit of a session.
var countedStates = []string{StateInvited, StateAdmitted}

// loadCapacity reads it with one prepared statement, because a large series needs it for each participant.
func loadCapacity(app core.App, session, address string) (*capacity, error) {
	s := &capacity{}
	err := app.DB().NewQuery(`SELECT s.team, s.series, s.status, s.host, s.host_name, s.people, p.name plan, p.session_people plan_people,
			coalesce(r.name, '') room, coalesce(r.people, 0) room_people,
			(SELECT count(*) FROM participants a WHERE a.session = s.id AND a.state IN ('` + strings.Join(countedStates, "', '") + `')) asked,
			EXISTS (SELECT 1 FROM participants a WHERE a.session = s.id AND a.email = {:email}) twice
		FROM sessions s JOIN teams t ON t.id = s.team JOIN plans p ON p.id = t.plan LEFT JOIN rooms r ON r.id = s.room WHERE s.id = {:id}`).
		WithContext(record.Prepared).Bind(dbx.Params{"id": session, "email": address}).One(s)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("count the people of a session: %w", err)
	}
	return s, nil
}

// newCapacity is what limits the people of a session on the plan, in the room, which may be nil. people is the session's own
// limit; 0: none.
func newCapacity(plan *plans.Plan, room *rooms.Room, people int) *capacity {
	s := &capacity{Plan: plan.Name(), PlanPeople: plan.SessionPeople(), People: people}
	if room != nil {
		s.Room, s.RoomPeople = room.Name(), room.MaxPeople()
	}
	return s
}

// limit is how many people can be in the session at the same time, and the message about what limits it: the session,
// its room, the plan or MaxPeople.
func (s *capacity) limit() (most int, why string) {
	most, why = MaxPeople, fmt.Sprintf("A session can have up to %d people.", MaxPeople)
	lower := func(n int, reason func() string) {
		if n >= 0 && n < most {
			most, why = n, reason()
		}
	}
	lower(s.PlanPeople, func() string {
		return fmt.Sprintf("On the %s plan, a session can have up to %s. Invite fewer people. %s.", s.Plan, formatPeople(s.PlanPeople), plans.LargerPlanHint)
	})
	if s.RoomPeople > 0 {
		lower(s.RoomPeople, func() string {
			return fmt.Sprintf("%s is limited to %s. Invite fewer people or choose another room.", s.Room, formatPeople(s.RoomPeople))
		})
	}
	if s.People > 0 {
		lower(s.People, func() string {
			return fmt.Sprintf("This session is limited to %s. Invite fewer people or raise the limit.", formatPeople(s.People))
		})
	}
	return most, why
}

func formatPeople(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// validate refuses more invitees than the limit.
func (s *capacity) validate(invited int) error {
	if most, why := s.limit(); invited > most {
		return errs.Invalid("guests", CodeTooManyPeople, why)
	}
	return nil
}

// SessionMaxPeople is how many people can be in the session at the same time: the lowest limit of plan, room and
// session (R91, R103).
func SessionMaxPeople(app core.App, session *Session) (int, error) {
	s, err := loadCapacity(app, session.Id, "")
	if err != nil {
		return 0, err
	}
	most, _ := s.limit()
	return most, nil
}

// findBookableRoom is the session's room; nil if it has none.
func findBookableRoom(app core.App, s *core.Record) (*rooms.Room, error) {
	if s.GetString("room") == "" {
		return nil, nil
	}
	return rooms.FindForSession(app, s.GetString("team"), s.GetString("room"))
}

// validateSettings refuses settings that the room doesn't allow (R91), and numbers out of range.
func validateSettings(s *core.Record, room *rooms.Room, plan *plans.Plan) error {
	var faults errs.List
	if fps := s.GetInt("fps"); fps < 5 || fps > 60 {
		faults.Add(errs.Invalid("fps", CodeBadSetting, "Choose a frame rate from 5 to 60 frames per second."))
	}
	if n := s.GetInt("people"); n > 0 {
		if most, why := newCapacity(plan, room, 0).limit(); n > most {
			faults.Add(errs.Invalid("people", CodeTooManyPeople, why))
		}
	}
	if room == nil {
		return faults.Err()
	}
	if slices.Index(rooms.Qualities, s.GetString("resolution")) > slices.Index(rooms.Qualities, room.Quality()) {
		faults.Add(errs.Invalid("resolution", CodeBadSetting, fmt.Sprintf("%s allows a resolution of up to %s. Choose a lower resolution or another room.", room.Name(), room.Quality())))
	}
	if room.GetString("recording") == rooms.RecordingOff && s.GetString("recording") != rooms.RecordingOff {
		faults.Add(errs.Invalid("recording", CodeBadSetting, room.Name()+" doesn't allow recording. Turn recording off or choose another room."))
	}
	return faults.Err()
}
