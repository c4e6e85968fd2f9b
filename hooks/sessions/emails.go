package sessions

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/tools/calendar"
	"usher/hooks/tools/errs"
)

// notifier sends the emails of one action: one to each person affected, none to the actor.
type notifier struct {
	tx        core.App
	actorID   string // id of the actor's account
	exceptID  string // id of another account that gets no email
	actorName string // empty: the server
	scope     Scope
	was       *emails.SessionBefore // the session before its change; nil in emails about a series
	moved     map[string]bool       // ids of the sessions whose start changed
	notified  map[string]bool       // addresses that got their email
	err       error
}

func newNotifier(tx core.App, actor *actors.Actor, about Scope) *notifier {
	p := &notifier{tx: tx, scope: about, moved: map[string]bool{}, notified: map[string]bool{}}
	if actor != nil {
		p.actorID, p.actorName = actor.Account.Id, actors.PublicName(actor.Account)
		p.notified[actor.Account.Email()] = true
	}
	return p
}

// notify queues emails of one kind about sessions.
func notify(tx core.App, actor *actors.Actor, kind string, about Scope, on ...*Session) error {
	p := newNotifier(tx, actor, about)
	p.notify(kind, on...)
	return p.err
}

// payload is the part of a waiting email that isn't read again when it is sent.
type payload struct {
	By     string `json:"by,omitempty"`
	Series bool   `json:"series,omitempty"`
	news
	TeamDeleted *teamDeletedEmail `json:"farewell,omitempty"` // set if the team was deleted; then the only content
}

// skip excludes people from the emails of notify.
func (p *notifier) skip(people []*Participant) {
	for _, one := range people {
		p.notified[one.Address()] = true
	}
}

// notify queues an email to each participant of the sessions, one per address, about the first session that they're in.
func (p *notifier) notify(kind string, on ...*Session) {
	var queue []*notice
	of := map[string]*notice{}
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
			n := of[one.Address()]
			if n == nil {
				n = p.newNotice(kind, s, one)
				of[one.Address()] = n
				queue = append(queue, n)
			}
			n.Moved = n.Moved || p.moved[s.Id]
		}
	}
	for _, n := range queue {
		p.notified[n.to.Address()] = true
		p.queue(n)
	}
}

// invite queues the invitations of people who were added to a session.
func (p *notifier) invite(s *Session, added []*Participant) error {
	for _, one := range added {
		if one.UserID() == "" || one.UserID() != p.actorID {
			p.queue(p.newNotice(mail.KindSessionInvitation, s, one))
		}
	}
	return p.err
}

func (p *notifier) newNotice(kind string, s *Session, to *Participant) *notice {
	return &notice{kind: kind, session: s, to: to, wholeSeries: p.scope == ScopeSeries && s.SeriesID() != "", news: news{Was: p.was}}
}

func (p *notifier) queue(n *notice) {
	if p.err != nil {
		return
	}
	needed, err := n.merge(p.tx)
	if p.err = err; err == nil && needed {
		p.err = n.queue(p.tx, p.actorName)
	}
}

// notifyRemoved emails the people who were removed from a session or a series and knew of it.
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
		email := emails.RemovedFromSession(props)
		email.About, email.Team = one.Id, s.TeamID()
		email.Topic, email.Basis = sessionTopic(s.Id), basis{Session: s.Id, Whole: w.Series, Withdrawn: true}.String()
		if w.Series {
			email.Topic = seriesTopic(s.SeriesID())
		}
		_, p.err = mail.Queue(p.tx, email)
	}
}
