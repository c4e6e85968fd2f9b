package entry

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
)

// Next is where the series of a session goes on, and the code of the visitor's own link there.
type Next struct {
	Session *sessions.Session
	Code    string
}

// Next is the next session of the series to which the visitor is invited, or nil: for a session that is over, or whose
// list the visitor is not on. Only invitees learn of it: signed in, or by their personal code.
func (v *Visitor) Next(app core.App) (*Next, error) {
	var p *sessions.Participant
	var err error
	switch {
	case v.over() == "" && v.Standing != Stranger && v.Standing != Removed || v.departed:
		return nil, nil
	case v.SignedIn && (v.Code == "" || v.mine()):
		p, err = sessions.Following(app, v.Session, v.Account)
	case !v.SignedIn && v.lead != nil:
		p, err = sessions.FollowingByLink(app, v.Session, v.lead.Link)
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
