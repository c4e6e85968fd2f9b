package join

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/live"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/ratelimit"
)

// tokenLimit limits tokens for the media server that one participant gets.
var tokenLimit = ratelimit.Define("token", joinsPerPerson, time.Minute)

// CodeBlocked is the code of a refusal at the door that joining again does not change.
const CodeBlocked = "blocked"

// Authorize is nil if the media server may let the participant with that identity into that media room now. It is
// asked at every connect: a token alone opens nothing (R115).
func Authorize(app core.App, identity, room string) error {
	session, err := sessions.FindByMedia(app, room)
	if err != nil {
		return err
	}
	p, err := sessions.FindParticipant(app, identity)
	if err != nil {
		return err
	}
	if p.SessionID() != session.Id {
		return errs.NotFound
	}
	return canConnect(app, session, p)
}

// canConnect refuses whoever may not be in the session at this moment.
func canConnect(app core.App, session *sessions.Session, p *sessions.Participant) error {
	switch session.Status() {
	case sessions.Running:
	case sessions.Scheduled:
		return errs.Invalid("base", sessions.CodeNotStarted, "The host has not started the session yet. Wait here: you go in when it starts.")
	default:
		return errs.Invalid("base", sessions.CodeEnded, "The session is over.")
	}
	if p.State() != sessions.StateAdmitted {
		return blockedError()
	}
	_, err := members.Find(app, session.TeamID(), p.UserID())
	if errors.Is(err, errs.NotFound) {
		return blockedError()
	}
	return err
}

func blockedError() error {
	return errs.Invalid("base", CodeBlocked, "This session is closed to you. Ask its host.")
}

// IssueToken makes the token with which an admitted participant enters the running session. Where as many are in as may
// be it is refused as too many, except to who leads the session: the last place is given once.
func IssueToken(app core.App, participant *sessions.Participant) (live.Credentials, error) {
	if wait, ok := tokenLimit.In(app).Take(participant.Id); !ok {
		return live.Credentials{}, errs.RateLimited(wait, "Too many tries to join. Wait a minute.")
	}
	grant, err := reserveSlot(app, participant)
	if err != nil {
		return live.Credentials{}, err
	}
	if err := live.OpenRoom(app, grant.Room); err != nil {
		return live.Credentials{}, err
	}
	return live.IssueToken(app, grant)
}

// reserveSlot gives an admitted participant a place in the running session.
func reserveSlot(app core.App, participant *sessions.Participant) (grant live.Grant, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		grant, err = reserveSlotTx(tx, participant.Id)
		return err
	})
	return grant, err
}

// reserveSlotTx is seat inside its transaction.
func reserveSlotTx(tx core.App, participant string) (live.Grant, error) {
	p, err := sessions.FindParticipant(tx, participant)
	if err != nil {
		return live.Grant{}, err
	}
	session, err := sessions.FindByID(tx, p.SessionID())
	if err != nil {
		return live.Grant{}, err
	}
	if err := canConnect(tx, session, p); err != nil {
		return live.Grant{}, err
	}
	if session.ExternalLink() != "" {
		return live.Grant{}, errs.Invalid("base", live.CodeUnavailable, "This session is held elsewhere. Use the link on its page.")
	}
	grant, err := newGrant(tx, session, p)
	if err != nil {
		return live.Grant{}, err
	}
	return grant, holdSlot(tx, session, p)
}

// Metadata is what the pages of others know of a participant, as JSON beside the name.
type Metadata struct {
	Role  string `json:"part"`
	Guest bool   `json:"guest"`
}

func newGrant(tx core.App, session *sessions.Session, p *sessions.Participant) (live.Grant, error) {
	m, err := members.Find(tx, session.TeamID(), p.UserID())
	if err != nil {
		return live.Grant{}, err
	}
	metadata, err := json.Marshal(Metadata{Role: p.Role(), Guest: m.Kind() == actors.Guest})
	return live.Grant{
		Room: session.Media(), Identity: p.Id, Name: actors.PublicText(p.GetString("name"), "Unnamed participant"), Metadata: string(metadata),
		Publish: true, Screen: p.CanShareScreen(),
	}, err
}

// holdSlot gives the participant a place, until he is seen or the token is too old to come in by.
func holdSlot(tx core.App, session *sessions.Session, p *sessions.Participant) error {
	crowded, err := isFull(tx, session, p)
	if err != nil {
		return err
	}
	if crowded && !p.Leads() {
		return fullError()
	}
	p.Set("passed", types.NowDateTime())
	return tx.Save(p)
}

func fullError() error {
	return errs.Invalid("base", errs.CodeTooMany, "As many people are in the session as may be. Try again when somebody has left, or ask the host.")
}

// isFull reports whether as many others are in the session as may be, or are about to be.
func isFull(app core.App, session *sessions.Session, but *sessions.Participant) (bool, error) {
	most, err := sessions.SessionMaxPeople(app, session)
	if err != nil {
		return false, err
	}
	own := ""
	if but != nil {
		own = but.Id
	}
	var in, already int
	err = app.DB().NewQuery(`SELECT coalesce(sum(id != {:own}), 0), coalesce(sum(id = {:own}), 0) FROM participants p
		WHERE session = {:session} AND state = 'admitted' AND (passed > {:since}
			OR EXISTS (SELECT 1 FROM attendances a WHERE a.session = p.session AND a.participant = p.id AND a.left = ''))`).
		Bind(dbx.Params{"session": session.Id, "own": own, "since": record.FormatTime(time.Now().Add(-live.TokenLife))}).Row(&in, &already)
	if err != nil {
		return false, fmt.Errorf("count who is in a session: %w", err)
	}
	return already == 0 && in >= most, nil
}
