package join

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// NextSession is the next session of a series and the visitor's personal code for it.
type NextSession struct {
	Session *sessions.Session
	Code    string
}

// NextSession finds the next session of the series that the visitor is invited to, or nil, for a session that is over or
// doesn't have the visitor as participant. Only invitees get it: signed in, or with their personal code.
func (v *Visitor) NextSession(app core.App) (*NextSession, error) {
	var p *sessions.Participant
	var err error
	switch {
	case v.overStatus() == "" && v.Status != NotInvited && v.Status != Removed || v.departed:
		return nil, nil
	case v.SignedIn && (v.Code == "" || v.ownsParticipant()):
		p, err = sessions.FindNextInSeries(app, v.Session, v.Account)
	case !v.SignedIn && v.linkTarget != nil:
		p, err = sessions.FindNextInSeriesByLink(app, v.Session, v.linkTarget.LinkID)
	}
	if err != nil || p == nil {
		return nil, errs.IgnoreNotFound(err)
	}
	next := &NextSession{}
	if next.Session, err = sessions.FindByID(app, p.SessionID()); err != nil {
		return nil, err
	}
	next.Code, err = sessions.OwnCode(app, p, next.Session)
	return next, err
}
