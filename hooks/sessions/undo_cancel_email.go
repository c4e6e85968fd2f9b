package sessions

import (
	"slices"
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/errs"
)

// notifyReinstated tells the invitees of sessions whose cancellation was undone what they don't know yet, in one email to each
// address. cancelled is when the sessions were cancelled. The sessions are scheduled again.
func (p *notifier) notifyReinstated(cancelled time.Time, on ...*Session) {
	done := map[string]bool{}
	for _, s := range on {
		people, err := ListParticipants(p.tx, s.Id)
		if err != nil {
			p.err = err
			return
		}
		for _, one := range people {
			if p.err != nil {
				return
			}
			if one.Excluded() || done[one.Address()] {
				continue
			}
			done[one.Address()] = true
			p.reinstate(p.newNotice(mail.KindSessionChanged, s, one), cancelled)
		}
	}
}

// reinstate queues the notice that a session takes place after all, if the recipient knows of its cancellation. A cancellation that
// is still queued is withdrawn, and the email that it replaced is queued again.
func (p *notifier) reinstate(n *notice, cancelled time.Time) {
	topics := []any{sessionTopic(n.session.Id)}
	if n.session.SeriesID() != "" {
		topics = append(topics, seriesTopic(n.session.SeriesID()))
	}
	last, err := mail.FindNewestOn(p.tx, topics, mail.KindSessionCancelled, n.to.Address(), cancelled)
	if p.err = errs.IgnoreNotFound(err); p.err != nil {
		return
	}
	if err != nil { // the person who cancelled it, or someone who learned of it from an email about the series
		n.Reinstated = true
		if n.to.isInformed() && !p.notified[n.to.Address()] {
			p.queue(n)
		}
		return
	}
	old := parseBasis(last)
	n.wholeSeries = old.Whole // calendars expect the update where they got the cancellation
	waiting := last.Status() == mail.Queued
	if waiting {
		if p.err = last.Drop(p.tx, mail.ReasonSessionNotCancelled); p.err != nil {
			return
		}
	}
	switch {
	case last.Status() == mail.Sending || slices.Contains(reachedStatuses, last.Status()):
		n.Moved, n.Reinstated = old.Moved, true
	case waiting && !last.FirstTriedAt().IsZero(): // it may have arrived
		n.news, n.Reinstated = old.news, true
	case old.Replaced != "":
		n.kind, n.news = old.Replaced, old.news
	default: // the recipient doesn't know of the cancellation
		return
	}
	p.queue(n)
}
