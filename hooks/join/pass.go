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

// CodeBlocked is the code of a refusal that trying again doesn't change.
const CodeBlocked = "blocked"

// Authorize returns nil if the participant with that identity can be in that media room now. It is called for every
// connection: a token alone isn't enough (R115).
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
		return errs.ErrNotFound
	}
	return canConnect(app, session, p)
}

// canConnect refuses a participant who can't be in the session now.
func canConnect(app core.App, session *sessions.Session, p *sessions.Participant) error {
	switch session.Status() {
	case sessions.Running:
	case sessions.Scheduled:
		return errs.Invalid("base", sessions.CodeNotStarted, "The host hasn't started the session yet. You join automatically when it starts.")
	default:
		return errs.Invalid("base", sessions.CodeEnded, "The session has ended.")
	}
	if p.State() != sessions.StateAdmitted {
		return blockedError()
	}
	_, err := members.Find(app, session.TeamID(), p.UserID())
	if errors.Is(err, errs.ErrNotFound) {
		return blockedError()
	}
	return err
}

func blockedError() error {
	return errs.Invalid("base", CodeBlocked, "You no longer have access to this session. Contact the host.")
}

// IssueToken issues the token with which an admitted participant connects to the running session. If the session is full, it
// is refused, except for hosts and co-hosts. The last slot is given out once.
func IssueToken(app core.App, participant *sessions.Participant) (live.Credentials, error) {
	if wait, ok := tokenLimit.In(app).Take(participant.Id); !ok {
		return live.Credentials{}, errs.RateLimited(wait, "Too many attempts to join. Try again in a minute.")
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

// reserveSlot reserves a slot in the running session for an admitted participant.
func reserveSlot(app core.App, participant *sessions.Participant) (grant live.Grant, err error) {
	err = app.RunInTransaction(func(tx core.App) error {
		grant, err = reserveSlotTx(tx, participant.Id)
		return err
	})
	return grant, err
}

// reserveSlotTx is reserveSlot inside its transaction.
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
		return live.Grant{}, errs.Invalid("base", live.CodeUnavailable, "This session takes place in another tool. Open it with the link on its page.")
	}
	grant, err := newGrant(tx, session, p)
	if err != nil {
		return live.Grant{}, err
	}
	return grant, holdSlot(tx, session, p)
}

// Metadata is what other participants' pages know of a participant besides the name, as JSON.
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
		Room: session.Media(), Identity: p.Id, Name: p.PublicName(), Metadata: string(metadata),
		Publish: true, Screen: p.CanShareScreen(session),
	}, err
}

// holdSlot holds a slot until the participant is connected or the token has expired.
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
	return errs.Invalid("base", errs.CodeTooMany, "The session is full. Try again when someone has left, or contact the host.")
}

// isFull reports whether the slots are used by other participants who are connected or about to connect.
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
