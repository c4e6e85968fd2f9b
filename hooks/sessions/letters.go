package sessions

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/calendar"
	"usher/hooks/mail"
	"usher/hooks/record"
)

// post sends the letters of one deed: to everybody whom it concerns one, and none to who did it.
type post struct {
	tx    core.App
	self  string // account of who did it
	but   string // account of somebody else who gets none
	by    string // name of who did it; empty: the server
	about Scope
	seen  map[string]bool // addresses that have theirs
	err   error
}

func newPost(tx core.App, actor *actors.Actor, about Scope) *post {
	p := &post{tx: tx, about: about, seen: map[string]bool{}}
	if actor != nil {
		p.self, p.by = actor.Account.Id, actors.PublicName(actor.Account)
		p.seen[actor.Account.Email()] = true
	}
	return p
}

// tell is a post of one kind, about sessions.
func tell(tx core.App, actor *actors.Actor, kind string, about Scope, on ...*Session) error {
	p := newPost(tx, actor, about)
	p.tell(kind, on...)
	return p.err
}

// wording is what a letter says that waits, besides what is read anew when it leaves.
type wording struct {
	By       string    `json:"by,omitempty"`
	Series   bool      `json:"series,omitempty"`
	Farewell *farewell `json:"farewell,omitempty"` // of what went with its team: then this is all
}

// skip lets people have no letter by tell.
func (p *post) skip(people []*Participant) {
	for _, one := range people {
		p.seen[one.Address()] = true
	}
}

// tell writes to everybody on the lists of the sessions, once to each.
func (p *post) tell(kind string, on ...*Session) {
	for _, s := range on {
		people, err := Participants(p.tx, s.Id)
		if err != nil {
			p.err = err
			return
		}
		for _, one := range people {
			if one.Barred() || p.seen[one.Address()] || p.but != "" && one.UserID() == p.but {
				continue
			}
			p.seen[one.Address()] = true
			p.queue(kind, s, one)
		}
	}
}

// ask writes to who is new on the list of a session.
func (p *post) ask(s *Session, came []*Participant) error {
	for _, one := range came {
		if one.UserID() == "" || one.UserID() != p.self {
			p.queue(mail.KindSessionInvitation, s, one)
		}
	}
	return p.err
}

func (p *post) queue(kind string, s *Session, one *Participant) {
	if p.err != nil {
		return
	}
	n := &notice{kind: kind, session: s, to: one, whole: p.about == Whole && s.SeriesID() != ""}
	needed, err := n.fit(p.tx)
	if p.err = err; err == nil && needed {
		p.err = n.queue(p.tx, p.by)
	}
}

// bye writes to whoever was taken off the list of a session, or of a series, and knows of it.
func (p *post) bye(s *Session, gone []*Participant) {
	for _, one := range gone {
		if p.err != nil || one.UserID() != "" && one.UserID() == p.self {
			continue
		}
		if !one.knows() {
			leaves, err := underWay(p.tx, one)
			if p.err = err; err != nil || !leaves {
				continue
			}
		}
		w := &writing{tx: p.tx, s: s, p: one, wording: wording{By: p.by, Series: p.about == Whole && s.SeriesID() != ""}}
		props, err := w.props(calendar.Cancel)
		if err != nil {
			p.err = err
			return
		}
		next, err := FollowingByLink(p.tx, s, one.GetString("link"))
		if p.err = record.UnlessNotFound(err); p.err != nil {
			return
		}
		props.Stays = next != nil
		letter := mail.SessionWithdrawn(props)
		letter.About, letter.Team = one.Id, s.TeamID()
		letter.Topic, letter.Basis = sessionTopic(s.Id), basis{Session: s.Id, Whole: w.Series, Withdrawn: true}.String()
		if w.Series {
			letter.Topic = seriesTopic(s.SeriesID())
		}
		_, p.err = mail.Queue(p.tx, letter)
	}
}
