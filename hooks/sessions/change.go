package sessions

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// fullScope is what a deed on a session is about when it is about all of it.
func (s *Session) fullScope() Scope {
	if s.SeriesID() != "" {
		return ScopeSeries
	}
	return ScopeSession
}

// Change plans a session that has not started anew, or all of its series that have not started (R105, R106, R126).
// Everybody on the list is told of what a calendar shows; who comes onto it is asked, who goes is told. With another
// rule, the series goes on by it from the session that is changed.
func Change(app core.App, actor *actors.Actor, id string, form Form, scope Scope) error {
	return manage(app, actor, id, "session.change", func(tx core.App, actor *actors.Actor, s *Session, entry *audit.Entry) error {
		form := form.withDefaults(tx, actor.Team)
		entry.With("starts", form.Starts.UTC().Format(time.RFC3339))
		host, err := tx.FindRecordById("users", s.HostID())
		if err != nil {
			return fmt.Errorf("find the host of a session: %w", err)
		}
		people, err := form.invitees(tx, s.TeamID(), host)
		if err != nil {
			return err
		}
		switch {
		case scope == ScopeSeries && s.SeriesID() != "":
			entry.With("series", true)
			return changeSeries(tx, actor, s, form, people)
		case form.Rule != "" && s.SeriesID() == "":
			return ruleError("A session that was planned alone stays so. Cancel it, and schedule the series.")
		}
		if err := form.validateRoom(tx, s.TeamID(), []time.Time{form.Starts}, s.Id); err != nil {
			return err
		}
		return applyChange(tx, actor, s, form, people)
	})
}

// AffectedIDs are the ids of the sessions that a change of one of them plans anew: where they are now, none of them is in
// the way of another.
func AffectedIDs(app core.App, s *Session, scope Scope) ([]string, error) {
	ids := []string{s.Id}
	if scope != ScopeSeries || s.SeriesID() == "" {
		return ids, nil
	}
	all, err := ListInSeries(app, s.SeriesID(), Scheduled)
	for _, one := range all {
		ids = append(ids, one.Id)
	}
	return ids, err
}

// calendarFields are the fields that a calendar shows: who is asked is told when one of them changes.
var calendarFields = []string{"title", "description", "starts", "minutes", "timezone", "room"}

// applyChange writes the form into one session and tells who has to know.
func applyChange(tx core.App, actor *actors.Actor, s *Session, form Form, people []invitee) error {
	before := s.Fresh()
	if err := validateNotExcluded(tx, s, people); err != nil {
		return err
	}
	gone, err := removeUninvited(tx, s, people)
	if err != nil {
		return err
	}
	form.applyTo(s)
	s.bumpSequence(gone)
	if err := tx.Save(s); err != nil {
		return err
	}
	came, err := syncInvitees(tx, s, people)
	if err != nil {
		return err
	}
	post := newNotifier(tx, actor, ScopeSession)
	post.skip(came)
	post.notifyRemoved(s, gone)
	if record.Differs(s.Record, before, calendarFields...) {
		post.notify(mail.KindSessionChanged, s)
	}
	return post.invite(s, came)
}

// bumpSequence raises the SEQUENCE of a session off whose list people were taken: calendars take the cancellation, and an
// invitation after it, for newer than what they have.
func (s *Session) bumpSequence(gone []*Participant) {
	if len(gone) > 0 {
		s.Set("sequence", s.GetInt("sequence")+1)
	}
}

// validateNotExcluded refuses to ask whom a host put out, or who was removed from the team: he stays out of this session.
func validateNotExcluded(tx core.App, s *Session, people []invitee) error {
	rows, err := ListParticipants(tx, s.Id)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.State() == StateRemoved && slices.ContainsFunc(people, func(one invitee) bool { return one.address == row.Address() }) {
			return errs.Invalid("guests", CodeRemoved, row.Address()+" was put out of this session and stays out of it. Schedule another one to ask the person again.")
		}
	}
	return nil
}

// Cancel calls a session off that has not started, or all of its series that have not, and tells who is asked.
func Cancel(app core.App, actor *actors.Actor, id string, scope Scope) error {
	return manage(app, actor, id, "session.cancel", func(tx core.App, actor *actors.Actor, s *Session, entry *audit.Entry) error {
		off, about := []*Session{s}, ScopeSession
		if scope == ScopeSeries && s.SeriesID() != "" {
			entry.With("series", true)
			var err error
			if off, err = ListInSeries(tx, s.SeriesID(), Scheduled); err != nil {
				return err
			}
			about = ScopeSeries
		}
		return cancelAndNotify(tx, actor, "", about, off...)
	})
}

// cancelAndNotify calls sessions off and tells who is asked to them; actor nil is the server. Who loses them himself, the
// account but, gets another letter.
func cancelAndNotify(tx core.App, actor *actors.Actor, but string, about Scope, off ...*Session) error {
	for _, s := range off {
		s.Set("status", Cancelled)
		if err := tx.Save(s); err != nil {
			return err
		}
	}
	p := newNotifier(tx, actor, about)
	p.exceptID = but
	p.notify(mail.KindSessionCancelled, off...)
	return p.err
}

// manage runs a deed on a scheduled session of the actor's team, with his rights read anew in the same transaction.
// A session that is nothing to him is not found.
func manage(app core.App, actor *actors.Actor, id, action string,
	deed func(tx core.App, actor *actors.Actor, s *Session, entry *audit.Entry) error) error {
	entry := audit.NewEntry(actor, action).WithTarget(id, "")
	return audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		s, err := FindVisible(tx, actor, id)
		if err != nil {
			return err
		}
		entry.WithTarget(s.Id, s.Title())
		if err := CheckManage(tx, actor, s); err != nil {
			return err
		}
		if s.Status() != Scheduled {
			return statusError(s.Status())
		}
		return deed(tx, actor, s, entry)
	})
}

// CanManage reports whether the actor may change and cancel the session: its host, the Owner and Admins (R116).
func CanManage(actor *actors.Actor, s *Session) bool {
	return actor.CanUsePanel() || s.HostID() == actor.Account.Id && actor.CanHost()
}

// CheckManage is nil if CanManage; else it says why not, and whom to ask.
func CheckManage(app core.App, actor *actors.Actor, s *Session) error {
	if CanManage(actor, s) {
		return nil
	}
	if s.HostID() == actor.Account.Id {
		return CanHost(app, actor)
	}
	return askHostError(app, actor, s, "The host, the Owner and Admins can change this session.", "to change it")
}

// askHostError is a refusal that ends with whom to ask: the host while they may host, and who is in the panel. A guest learns
// the name of the host alone, as everyone does who is invited.
func askHostError(app core.App, actor *actors.Actor, s *Session, why, to string) error {
	m, err := members.Find(app, s.TeamID(), s.HostID())
	if err := errs.IgnoreNotFound(err); err != nil {
		return err
	}
	hosts := false
	if err == nil {
		host := memberActor(m.Record)
		host.Team = actor.Team
		hosts = host.CanHost() && !host.CanUsePanel()
	}
	helpers, err := actors.Helpers(app, actor, (*actors.Actor).CanUsePanel)
	if err != nil {
		return err
	}
	if name := s.GetString("host_name"); name != "" && (hosts || len(helpers) == 0) {
		host := actors.Helper{Name: name}
		helpers = append([]actors.Helper{host}, helpers...)
	}
	return errs.Forbidden(why + " Ask " + actors.HelperNames(helpers) + " " + to + ".")
}

// Authorize is MayManage for a request whose form is read before the action judges it: a refusal is written to the audit
// log as the action.
func Authorize(app core.App, actor *actors.Actor, s *Session, action string) error {
	return audit.RecordRefusal(app, audit.NewEntry(actor, action).WithTarget(s.Id, s.Title()), CheckManage(app, actor, s))
}

// AuthorizeHost is Authorize for scheduling a session: see MayHost.
func AuthorizeHost(app core.App, actor *actors.Actor) error {
	return audit.RecordRefusal(app, audit.NewEntry(actor, "session.schedule"), CanHost(app, actor))
}

// DuplicateForm is the form of a session for who may have it again (MayDuplicate). A refusal is written to the audit log.
func DuplicateForm(app core.App, actor *actors.Actor, s *Session) (Form, error) {
	err := audit.RecordRefusal(app, audit.NewEntry(actor, "session.schedule").WithTarget(s.Id, s.Title()), CanDuplicate(app, actor, s))
	if err != nil {
		return Form{}, err
	}
	form, err := FormOf(app, s)
	form.Rule = ""
	return form, err
}

// CanDuplicate is nil if the actor may have the session again: its form names everybody who is asked, and where it is
// held. That is for who manages it or leads it; others are told why not (R106).
func CanDuplicate(app core.App, actor *actors.Actor, s *Session) error {
	if CanManage(actor, s) {
		return nil
	}
	leads, err := Leads(app, s, actor)
	if err == nil && !leads {
		err = askHostError(app, actor, s, "The host, co-hosts, the Owner and Admins can duplicate this session.", "to duplicate it")
	}
	return err
}
