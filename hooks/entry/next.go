package entry

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
)

// Next is where the series of a session goes on that is over, and the code of the visitor's own link there.
type Next struct {
	Session *sessions.Session
	Code    string
}

// Next is what the visitor is asked to next in the series of a session that is over, or nil. It is told to nobody but
// the person himself: who is signed in, or came by the personal code of the session that is over.
func (v *Visitor) Next(app core.App) (*Next, error) {
	var p *sessions.Participant
	var err error
	switch {
	case v.over() == "" || v.departed:
		return nil, nil
	case v.SignedIn && (v.Code == "" || v.mine()):
		p, err = sessions.Following(app, v.Session, v.Account)
	case !v.SignedIn && v.Code != "":
		p, err = sessions.FollowingOf(app, v.Session, v.Participant)
	}
	if err != nil || p == nil {
		return nil, record.UnlessNotFound(err)
	}
	next := &Next{}
	if next.Session, err = sessions.ByID(app, p.SessionID()); err != nil {
		return nil, err
	}
	next.Code, err = sessions.OwnCode(app, p, next.Session)
	return next, err
}
