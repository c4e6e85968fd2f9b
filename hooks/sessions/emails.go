package sessions

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/tools/calendar"
	"usher/hooks/tools/errs"
)

// notifier sends the letters of one deed: to everybody whom it concerns one, and none to who did it.
type notifier struct {
	tx        core.App
	actorID   string // account of who did it
	exceptID  string // account of somebody else who gets none
	actorName string // name of who did it; empty: the server
	scope     Scope
	notified  map[string]bool // addresses that have theirs
	err       error
}

func newNotifier(tx core.App, actor *actors.Actor, about Scope) *notifier {
	p := &notifier{tx: tx, scope: about, notified: map[string]bool{}}
	if actor != nil {
		p.actorID, p.actorName = actor.Account.Id, actors.PublicName(actor.Account)
		p.notified[actor.Account.Email()] = true
	}
	return p
}

// notify is a post of one kind, about sessions.
func notify(tx core.App, actor *actors.Actor, kind string, about Scope, on ...*Session) error {
	p := newNotifier(tx, actor, about)
	p.notify(kind, on...)
	return p.err
}

// payload is what a letter says that waits, besides what is read anew when it leaves.
type payload struct {
	By          string            `json:"by,omitempty"`
	Series      bool              `json:"series,omitempty"`
	TeamDeleted *teamDeletedEmail `json:"farewell,omitempty"` // of what went with its team: then this is all
}

// skip lets people have no letter by tell.
func (p *notifier) skip(people []*Participant) {
	for _, one := range people {
		p.notified[one.Address()] = true
	}
}

// notify writes to everybody on the lists of the sessions, once to each.
func (p *notifier) notify(kind string, on ...*Session) {
	for _, s := range on {
		people, err := ListParticipants(p.tx, s.Id)
		if err != nil {
			p.err = err
			return
		}
		for _, one := range people {
			if one.Excluded() || p.notified[one.Address()] || p.exceptID != "" && one.UserID() == p.exceptID {
				continue
			}
			p.notified[one.Address()] = true
			p.queue(kind, s, one)
		}
	}
}

// invite writes to who is new on the list of a session.
func (p *notifier) invite(s *Session, came []*Participant) error {
	for _, one := range came {
		if one.UserID() == "" || one.UserID() != p.actorID {
			p.queue(mail.KindSessionInvitation, s, one)
		}
	}
	return p.err
}

func (p *notifier) queue(kind string, s *Session, one *Participant) {
	if p.err != nil {
		return
	}
	n := &notice{kind: kind, session: s, to: one, wholeSeries: p.scope == ScopeSeries && s.SeriesID() != ""}
	needed, err := n.merge(p.tx)
	if p.err = err; err == nil && needed {
		p.err = n.queue(p.tx, p.actorName)
	}
}

// notifyRemoved writes to whoever was taken off the list of a session, or of a series, and knows of it.
func (p *notifier) notifyRemoved(s *Session, gone []*Participant) {
	for _, one := range gone {
		if p.err != nil || one.UserID() != "" && one.UserID() == p.actorID {
			continue
		}
		if !one.isInformed() {
			leaves, err := isEmailSending(p.tx, one)
			if p.err = err; err != nil || !leaves {
				continue
			}
		}
		w := &sessionEmail{tx: p.tx, session: s, participant: one, payload: payload{By: p.actorName, Series: p.scope == ScopeSeries && s.SeriesID() != ""}}
		props, err := w.props(calendar.Cancel)
		if err != nil {
			p.err = err
			return
		}
		next, err := FindNextInSeriesByLink(p.tx, s, one.GetString("link"))
		if p.err = errs.IgnoreNotFound(err); p.err != nil {
			return
		}
		props.StillInvited = next != nil
		letter := emails.RemovedFromSession(props)
		letter.About, letter.Team = one.Id, s.TeamID()
		letter.Topic, letter.Basis = sessionTopic(s.Id), basis{Session: s.Id, Whole: w.Series, Withdrawn: true}.String()
		if w.Series {
			letter.Topic = seriesTopic(s.SeriesID())
		}
		_, p.err = mail.Queue(p.tx, letter)
	}
}
