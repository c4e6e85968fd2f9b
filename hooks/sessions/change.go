package sessions

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// fullScope is the scope of an action that covers the whole session.
func (s *Session) fullScope() Scope {
	if s.SeriesID() != "" {
		return ScopeSeries
	}
	return ScopeSession
}

// Change changes a session that hasn't started, or all sessions of its series that haven't (R105, R106, R126).
// Invitees get an email if anything that calendars show changes; new invitees get an invitation, removed ones a
// cancellation. A new rule applies from the changed session on.
func Change(app core.App, actor *actors.Actor, id string, form Form, scope Scope) error {
	return manage(app, actor, id, "session.change", func(tx core.App, actor *actors.Actor, s *Session, entry *audit.Entry) error {
		form := form.withDefaults(tx, actor.Team)
		entry.With("starts", form.Starts.UTC().Format(time.RFC3339))
		host, err := findHost(tx, s)
		if err != nil {
			return err
		}
		people, faults, err := form.check(tx, s, host)
		if err != nil {
			return err
		}
		switch {
		case scope == ScopeSeries && s.SeriesID() != "":
			entry.With("series", true)
			return changeSeries(tx, actor, s, form, people, faults)
		case form.Rule != "" && s.SeriesID() == "":
			faults.Add(ruleError("A single session can't become a series. Cancel it and schedule a series instead."))
		}
		if err := faults.Take(validateNotExcluded(tx, s, people)); err != nil {
			return err
		}
		if form.hasTimes() {
			if err := faults.Take(form.validateRoom(tx, s.TeamID(), []time.Time{form.Starts}, s.Id)); err != nil {
				return err
			}
		}
		if err := faults.Err(); err != nil {
			return err
		}
		return applyChange(tx, actor, s, form, people)
	})
}

// AffectedIDs are the ids of the sessions that a change would reschedule. Their current bookings don't conflict with it.
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

// calendarFields are the fields that calendars show: invitees get an email when one of them changes.
var calendarFields = []string{"title", "description", "starts", "minutes", "timezone", "room"}

// applyChange applies the form to one session and notifies the people affected.
func applyChange(tx core.App, actor *actors.Actor, s *Session, form Form, people []invitee) error {
	before := s.Fresh()
	was, err := describe(tx, s)
	if err != nil {
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
	added, err := syncInvitees(tx, s, people)
	if err != nil {
		return err
	}
	post := newNotifier(tx, actor, ScopeSession)
	post.was, post.moved[s.Id] = was, record.Differs(s.Record, before, "starts")
	post.skip(added)
	post.notifyRemoved(s, gone)
	if record.Differs(s.Record, before, calendarFields...) {
		post.notify(mail.KindSessionChanged, s)
	}
	return post.invite(s, added)
}

// describe is what an email about a change says of the session before it.
func describe(tx core.App, s *Session) (*emails.SessionBefore, error) {
	room, err := RoomName(tx, s)
	return &emails.SessionBefore{Title: s.Title(), Starts: s.Starts(), Ends: s.Ends(), Room: room}, err
}

// bumpSequence raises the SEQUENCE of a session whose invitees were removed, so that calendars accept the cancellation
// and a later invitation as newer.
func (s *Session) bumpSequence(gone []*Participant) {
	if len(gone) > 0 {
		s.Set("sequence", s.GetInt("sequence")+1)
	}
}

// validateNotExcluded refuses to invite someone who was removed from the session, by a host or with the team.
func validateNotExcluded(tx core.App, s *Session, people []invitee) error {
	rows, err := ListParticipants(tx, s.Id)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.State() == StateRemoved && slices.ContainsFunc(people, func(one invitee) bool { return one.address == row.Address() }) {
			return errs.Invalid("guests", CodeRemoved, row.Address()+" was removed from this session and can't rejoin it, even with a new invitation. You can still invite them to other sessions.")
		}
	}
	return nil
}

// Cancel cancels a session that hasn't started, or all sessions of its series that haven't, and notifies the invitees. See
// UndoCancel.
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
		now := types.NowDateTime()
		for _, one := range off {
			one.Set("cancelled", now)
		}
		return cancelAndNotify(tx, actor, "", about, off...)
	})
}

// cancelAndNotify cancels sessions and notifies their invitees, except the account but, which gets another email. A nil
// actor is the server.
func cancelAndNotify(tx core.App, actor *actors.Actor, but string, about Scope, off ...*Session) error {
	for _, s := range off {
		s.Set("status", Cancelled)
		if err := saveCancellation(tx, s); err != nil {
			return err
		}
	}
	p := newNotifier(tx, actor, about)
	p.exceptID = but
	p.notify(mail.KindSessionCancelled, off...)
	return p.err
}

// manage runs an action on a scheduled session of the actor's team, with the actor's rights reloaded in the same
// transaction. It returns errs.ErrNotFound for a session that the actor can't see.
func manage(app core.App, actor *actors.Actor, id, action string,
	do func(tx core.App, actor *actors.Actor, s *Session, entry *audit.Entry) error) error {
	return manageAny(app, actor, id, action, func(tx core.App, actor *actors.Actor, s *Session, entry *audit.Entry) error {
		if s.Status() != Scheduled {
			return StatusError(s.Status())
		}
		return do(tx, actor, s, entry)
	})
}

// manageAny is manage for a session in any status.
func manageAny(app core.App, actor *actors.Actor, id, action string,
	do func(tx core.App, actor *actors.Actor, s *Session, entry *audit.Entry) error) error {
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
		return do(tx, actor, s, entry)
	})
}

// CanManage reports whether the actor can change and cancel the session: its host, the Owner and Admins (R116).
func CanManage(actor *actors.Actor, s *Session) bool {
	return actor.CanUsePanel() || s.HostID() == actor.Account.Id && actor.CanHost()
}

// CheckManage returns nil if CanManage, or else an error that says why not and who can help.
func CheckManage(app core.App, actor *actors.Actor, s *Session) error {
	if CanManage(actor, s) {
		return nil
	}
	if s.HostID() == actor.Account.Id {
		return CanHost(app, actor)
	}
	return askHostError(app, actor, s, "The host, the Owner and Admins can change this session.", "to change it")
}

// askHostError is a refusal that says who can help: the host while they can host, and the Owner and Admins. A guest only
// sees the host's name, like every invitee.
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
	return actor.Refusal((*actors.Actor).CanUsePanel, errs.Forbidden(why+" Ask "+actors.HelperNames(helpers)+" "+to+"."))
}

// Authorize is CheckManage for a request whose form is read before the action checks it: a refusal is recorded in the
// audit log as that action.
func Authorize(app core.App, actor *actors.Actor, s *Session, action string) error {
	return audit.RecordRefusal(app, audit.NewEntry(actor, action).WithTarget(s.Id, s.Title()), CheckManage(app, actor, s))
}

// AuthorizeHost is Authorize for scheduling a session: see CanHost.
func AuthorizeHost(app core.App, actor *actors.Actor) error {
	return audit.RecordRefusal(app, audit.NewEntry(actor, "session.schedule"), CanHost(app, actor))
}

// DuplicateForm is the form for a copy of a session, if CanDuplicate. A refusal is recorded in the audit log.
func DuplicateForm(app core.App, actor *actors.Actor, s *Session) (Form, error) {
	err := audit.RecordRefusal(app, audit.NewEntry(actor, "session.schedule").WithTarget(s.Id, s.Title()), CanDuplicate(app, actor, s))
	if err != nil {
		return Form{}, err
	}
	form, err := FormOf(app, s)
	form.Rule = ""
	if team := teams.Of(actor.Team); !team.OpenLinks() {
		form.LinkEntry, form.AccessCode = "", ""
	}
	return form, err
}

// CanDuplicate returns nil if the actor can duplicate the session. The form lists all invitees and the external link, so
// only people who manage or lead the session can (R106).
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
