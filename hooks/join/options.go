package join

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/audit"
	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// CodeSetByRoom is the code of a refusal because the room enforces the setting.
const CodeSetByRoom = "set_by_room"

// SetLobby turns the waiting room of a running session on or off, for people who join from then on. Those who already wait
// go on waiting until a host decides. A room's waiting room can't be turned off.
func SetLobby(app core.App, by *sessions.Participant, on bool, from string) error {
	return setOption(app, option{"lobby", on, func(tx core.App, session *sessions.Session) error {
		room, err := sessions.FindRoom(tx, session)
		if err == nil && !on && sessions.EffectiveSetting(session, room, "lobby").ByRoom {
			return errs.Invalid("lobby", CodeSetByRoom, "Every session in "+room.Name()+" has a waiting room, so it can't be turned off here.")
		}
		return err
	}}, by, from)
}

// SetShareLimited sets whether only hosts, co-hosts and presenters can share their screen in a running session. A screen
// that an attendee shares stops immediately.
func SetShareLimited(app core.App, by *sessions.Participant, limited bool, from string) error {
	return setOption(app, option{"share_limited", limited, func(core.App, *sessions.Session) error { return nil }}, by, from)
}

// SetOpenLink opens a running session to everyone who has its link, who then wait until a host admits them, or closes it again
// (R163). Those who are in stay.
func SetOpenLink(app core.App, by *sessions.Participant, open bool, from string) error {
	return setOption(app, option{linkEntryField, open, func(core.App, *sessions.Session) error { return nil }}, by, from)
}

// option is an option of a running session that is set. check returns why it can't be.
type option struct {
	field string
	on    bool
	check func(tx core.App, session *sessions.Session) error
}

// setOption sets an option for a host or co-host, with the right to it checked again.
func setOption(app core.App, o option, by *sessions.Participant, from string) error {
	entry := &audit.Entry{Action: "session.option", Team: by.GetString("team"), Actor: by.UserID(), ActorName: by.DisplayName(), IP: from}
	return audit.Do(app, entry, func(tx core.App) error { return o.setTx(tx, by, entry) })
}

func (o option) setTx(tx core.App, by *sessions.Participant, entry *audit.Entry) error {
	session, err := sessions.FindByID(tx, by.SessionID())
	if err != nil {
		return err
	}
	entry.WithTarget(session.Id, session.Title()).With("option", o.field).With("on", o.on)
	if err := canModerate(tx, session, by.Id); err != nil {
		return err
	}
	if session.Status() != sessions.Running {
		return sessions.StatusError(session.Status())
	}
	if err := o.check(tx, session); err != nil {
		return err
	}
	if o.isOn(session) == o.on {
		entry.Action = "" // nothing changed
		return nil
	}
	o.apply(session)
	return tx.Save(session)
}

// linkEntryField is the one option that isn't a yes or no.
const linkEntryField = "link_entry"

func (o option) isOn(session *sessions.Session) bool {
	if o.field == linkEntryField {
		return session.LinkEntry() != ""
	}
	return session.GetBool(o.field)
}

func (o option) apply(session *sessions.Session) {
	switch {
	case o.field != linkEntryField:
		session.Set(o.field, o.on)
	case o.on:
		session.Set(o.field, sessions.LinkWait)
	default:
		session.Set(o.field, "")
	}
}

// shareChangedKey marks a session whose rule for screen sharing changed, from the write until its commit.
const shareChangedKey = "@usherShareLimited"

// registerOptions updates the permissions of everyone in a session when its rule for screen sharing changes.
func registerOptions(app core.App) {
	app.OnRecordUpdateExecute("sessions").BindFunc(func(e *core.RecordEvent) error {
		if record.Changed(e.Record, "share_limited") {
			e.Record.SetRaw(shareChangedKey, true)
		}
		return e.Next()
	})
	app.OnRecordAfterUpdateSuccess("sessions").BindFunc(func(e *core.RecordEvent) error {
		if changed, _ := e.Record.GetRaw(shareChangedKey).(bool); changed {
			e.Record.SetRaw(shareChangedKey, nil)
			updateAllPermissions(e.App, &sessions.Session{Record: e.Record.Fresh()})
		}
		return e.Next()
	})
}

// updateAllPermissions updates the permissions of the attendees who are in a running session.
func updateAllPermissions(app core.App, session *sessions.Session) {
	if session.Status() != sessions.Running || session.Media() == "" {
		return
	}
	people, err := sessions.ListParticipants(app, session.Id)
	if err != nil {
		app.Logger().Error("find who is in a session with a new rule for screen sharing", "error", err)
	}
	var grants []live.Grant
	for _, p := range people {
		if p.State() != sessions.StateAdmitted || p.Role() != sessions.Attendee {
			continue
		}
		grant, in, err := currentGrant(app, p.Id)
		if err != nil {
			app.Logger().Error("find the permissions of a participant", "error", err)
		} else if in {
			grants = append(grants, grant)
		}
	}
	routine.FireAndForget(func() {
		for _, grant := range grants {
			if err := updateGrant(app, grant, live.UpdatePermissions); err != nil {
				app.Logger().Warn("update permissions on the media server", "error", err)
			}
		}
	})
}
