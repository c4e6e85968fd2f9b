package sessions

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// LinkTarget is what a personal link opens.
type LinkTarget struct {
	Session     *Session
	Participant *Participant // nil: the invitee was removed, and no session is left
	LinkID      string       // id of the link
	Address     string       // of the invitee
	Shown       bool         // the code was shown to a host, so it proves nothing about the address (R60)
	Removed     bool         // the invitee was removed from a session and isn't invited to an upcoming one
}

// ResolveLink returns what a personal code opens now. In a series that is the running session, or else the next one that
// the person is still invited to, or else the last one. It returns errs.ErrNotFound for an unknown code.
func ResolveLink(app core.App, code string) (*LinkTarget, error) {
	lead, link, err := findLink(app, code)
	if err != nil {
		return nil, err
	}
	var best struct {
		ID     string `db:"id"`
		Coming bool   `db:"coming"`
		GoesOn bool   `db:"goes_on"` // the series does, with or without the invitee
	}
	err = app.DB().NewQuery(`SELECT id, coming, EXISTS (SELECT 1 FROM sessions o WHERE o.series = {:series} AND o.series != ''
			AND (o.status = 'running' OR o.status = 'scheduled' AND o.ends > {:now})) goes_on FROM (
			SELECT p.id, s.starts, s.status = 'running' AND p.state != 'out' runs,
				(s.status = 'running' AND p.state != 'out' OR s.status = 'scheduled' AND s.ends > {:now} AND p.state NOT IN ('out', 'refused')) coming
			FROM participants p JOIN sessions s ON s.id = p.session WHERE p.link = {:link})
		ORDER BY coming DESC, runs DESC, CASE WHEN coming THEN starts END, starts DESC LIMIT 1`).
		Bind(dbx.Params{"link": link.Id, "series": link.GetString("series"), "now": record.FormatTime(time.Now())}).One(&best)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("follow a personal link: %w", err)
	}
	lead.Removed = !best.Coming && link.GetString("removed") != "" && (best.ID == "" || best.GoesOn)
	if best.ID == "" {
		lead.Session, err = lead.fallbackSession(app, link)
		return lead, err
	}
	p, err := FindParticipant(app, best.ID)
	if err != nil {
		return nil, err
	}
	if lead.Session, err = FindByID(app, p.SessionID()); err == nil && !lead.Removed {
		lead.Participant = p
	}
	return lead, err
}

// ResolveLinkIn returns what a personal code opens in one session. Participant is nil if the invitee isn't invited to it. It
// returns errs.ErrNotFound for a code of another session or series.
func ResolveLinkIn(app core.App, code string, s *Session) (*LinkTarget, error) {
	lead, link, err := findLink(app, code)
	if err != nil {
		return nil, err
	}
	if link.GetString("session") != s.Id && (s.SeriesID() == "" || link.GetString("series") != s.SeriesID()) {
		return nil, errs.ErrNotFound
	}
	lead.Session = s
	lead.Participant, err = findOneParticipant(app, dbx.HashExp{"session": s.Id, "link": link.Id})
	if errors.Is(err, errs.ErrNotFound) {
		lead.Participant, lead.Removed = nil, link.GetString("removed") != ""
		return lead, nil
	}
	if err != nil || link.GetString("removed") == "" || isUpcoming(s) {
		return lead, err
	}
	now, err := ResolveLink(app, code)
	if err == nil && now.Removed {
		lead.Participant, lead.Removed = nil, true
	}
	return lead, err
}

// isUpcoming reports whether the session is running or upcoming.
func isUpcoming(s *Session) bool {
	return s.Status() == Running || s.Status() == Scheduled && s.Ends().After(time.Now())
}

func findLink(app core.App, code string) (*LinkTarget, *core.Record, error) {
	if !isPersonalCode(code) {
		return nil, nil, errs.ErrNotFound
	}
	row, err := app.FindFirstRecordByData("personal_codes", "token_hash", hashCode(code))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find a personal link: %w", err)
	}
	link, err := app.FindRecordById("personal_links", row.GetString("link"))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find a personal link: %w", err)
	}
	return &LinkTarget{LinkID: link.Id, Address: link.GetString("email"), Shown: row.GetBool("shown")}, link, nil
}

// fallbackSession is the session of a link whose invitee was removed from all: the next one of its series, or else the last.
func (l *LinkTarget) fallbackSession(app core.App, link *core.Record) (*Session, error) {
	if id := link.GetString("session"); id != "" {
		return FindByID(app, id)
	}
	return record.One[Session](app.RecordQuery("sessions").AndWhere(dbx.HashExp{"series": link.GetString("series")}).
		OrderBy("(status IN ('scheduled', 'running')) DESC", "CASE WHEN status IN ('scheduled', 'running') THEN starts END", "starts DESC"), "find the series of a personal link")
}

// FindParticipantByCode finds the participant that a personal code opens now, or returns errs.ErrNotFound.
func FindParticipantByCode(app core.App, code string) (*Participant, error) {
	lead, err := ResolveLink(app, code)
	if err == nil && lead.Participant == nil {
		err = errs.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return lead.Participant, nil
}

// recordRemoved records the time of a participant's removal on their personal link.
func recordRemoved(tx core.App, r *core.Record) error {
	if r.GetString("link") == "" {
		return nil
	}
	_, err := tx.DB().NewQuery("UPDATE personal_links SET removed = {:now} WHERE id = {:id}").
		Bind(dbx.Params{"id": r.GetString("link"), "now": record.FormatTime(time.Now())}).Execute()
	if err != nil {
		return fmt.Errorf("note who was taken off a session: %w", err)
	}
	return nil
}
