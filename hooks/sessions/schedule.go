package sessions

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/audit"
	"usher/hooks/mail"
	"usher/hooks/rooms"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Schedule schedules a session or series of the actor's team and notifies the invitees (R93 to R97). It returns the first
// session of a series, and creates all or none (R89).
func Schedule(app core.App, actor *actors.Actor, form Form) (*Session, error) {
	var first *Session
	entry := audit.NewEntry(actor, "session.schedule").WithTarget("", text.Truncate(form.Title, MaxTitle))
	err := audit.Do(app, entry, func(tx core.App) error {
		actor, err := actor.Reload(tx)
		if err != nil {
			return err
		}
		if err := CanHost(tx, actor); err != nil {
			return err
		}
		first, err = createFromForm(tx, actor, form)
		if err != nil {
			return err
		}
		entry.WithTarget(first.Id, first.Title()).With("starts", first.Starts().Format(time.RFC3339))
		return nil
	})
	return first, err
}

// CanHost returns nil if the actor can schedule and host sessions, or else an error that says why not and who can help (D2).
func CanHost(app core.App, actor *actors.Actor) error {
	const needed = "You need the Organizer role to host sessions in this team."
	organizer := actors.Roles{Organizer: true}
	switch {
	case actor.CanHost():
		return nil
	case actor.CanTakeRoles(organizer):
		return errs.Forbidden(needed + " Make yourself an Organizer in your details, under Users in the Admin Panel.")
	case actor.Kind == actors.Guest:
		return errs.Forbidden("You're a guest of this team, and guests can't host sessions.")
	}
	ask, err := actors.AskHint(app, actor, func(a *actors.Actor) bool { return a.CanInvite(organizer, actor.Roles) }, "to give it to you")
	if err != nil {
		return err
	}
	return errs.Forbidden(needed + " " + ask)
}

// createFromForm creates the sessions of a form with their participants and returns the first.
func createFromForm(tx core.App, actor *actors.Actor, form Form) (*Session, error) {
	form = form.withDefaults(tx, actor.Team)
	draft, err := newSession(tx, actor.Team.Id)
	if err != nil {
		return nil, err
	}
	draft.Set("host", actor.Account.Id)
	people, faults, err := form.check(tx, draft, actor.Account)
	if err != nil {
		return nil, err
	}
	starts, series := []time.Time{form.Starts}, ""
	if form.Rule != "" && !form.Starts.IsZero() {
		rule, all, err := form.expandRule(form.Rule, form.Starts, len(people))
		if err := faults.Take(err); err != nil {
			return nil, err
		}
		if err == nil {
			form.Rule, starts = rule, all
		}
	}
	if form.hasTimes() {
		if err := faults.Take(form.validateRoom(tx, actor.Team.Id, starts, "")); err != nil {
			return nil, err
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	if form.Rule != "" {
		made, err := newSeries(tx, actor.Team.Id, actor.Account.Id, form.Rule, form.Zone, form.Starts)
		if err != nil {
			return nil, err
		}
		series = made.Id
	}
	var first *Session
	for _, at := range starts {
		s, err := form.create(tx, actor.Team.Id, actor.Account.Id, series, at, people)
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = s
		}
	}
	return first, notify(tx, actor, mail.KindSessionInvitation, first.fullScope(), first)
}

// create creates one session with its participants.
func (f Form) create(tx core.App, team, host, series string, at time.Time, people []invitee) (*Session, error) {
	s, err := newSession(tx, team)
	if err != nil {
		return nil, err
	}
	s.Set("host", host)
	f.Starts = at
	f.applyTo(s)
	if series != "" {
		s.Set("series", series)
		s.Set("occurrence", at)
	}
	if err := tx.Save(s); err != nil {
		return nil, err
	}
	return s, addInvitees(tx, s, people)
}

// expandRule expands a rule for the form's number of people, and limits sessions times people of one series.
func (f Form) expandRule(rule string, first time.Time, people int) (kept string, starts []time.Time, err error) {
	zone, err := loadZone(f.Zone)
	if err != nil {
		return "", nil, err
	}
	kept, starts, err = ExpandRule(rule, first, zone)
	if n := len(starts) * (people + 1); err == nil && n > MaxSeriesInvites {
		err = ruleError(fmt.Sprintf("%d sessions with %d people each are too many for one series. Invite fewer people or choose an earlier end date.", len(starts), people+1))
	}
	return kept, starts, err
}

func newSession(tx core.App, team string) (*Session, error) {
	collection, err := tx.FindCachedCollectionByNameOrId("sessions")
	if err != nil {
		return nil, fmt.Errorf("find sessions: %w", err)
	}
	s := &Session{core.NewRecord(collection)}
	s.Set("team", team)
	s.Set("status", Scheduled)
	return s, nil
}

// DefaultResolution is the resolution of a session whose form has none.
const DefaultResolution = "720p"

// withDefaults is the form with defaults for empty values: the team's time zone and common settings. Its start is on a whole
// minute.
func (f Form) withDefaults(tx core.App, team *core.Record) Form {
	f.Starts = TruncateMinute(f.Starts)
	f.Zone = cmp.Or(f.Zone, teams.Of(team).Zone().String())
	f.Resolution, f.Codec, f.Audio = cmp.Or(f.Resolution, DefaultResolution), cmp.Or(f.Codec, "vp8"), cmp.Or(f.Audio, "speech")
	f.FPS = cmp.Or(f.FPS, 30)
	if room, err := rooms.Find(tx, team.Id, f.Room); err == nil {
		f.Recording = cmp.Or(f.Recording, room.GetString("recording"))
	}
	f.Recording = cmp.Or(f.Recording, rooms.RecordingByHost)
	return f
}

// applyTo sets the form's values on the session, except for its participants.
func (f Form) applyTo(s *Session) {
	s.Load(map[string]any{
		"title": f.Title, "description": f.Description, "starts": f.Starts, "minutes": f.Minutes, "timezone": f.Zone, "room": f.Room,
		"link_entry": f.LinkEntry, "access_code": f.AccessCode, "passwordless": f.Passwordless, "early": f.JoinBeforeHost, "lobby": f.Lobby, "muted": f.Muted, "recording": f.Recording, "people": f.MaxPeople,
		"resolution": f.Resolution, "fps": f.FPS, "codec": f.Codec, "audio": f.Audio, "elsewhere": strings.TrimSpace(f.ExternalLink),
	})
}

// listEntry is the participant as a line of a form: "Name <address>", or the address if there is no name that can be
// read back.
func (p *Participant) listEntry() string {
	line := addresslist.Format(addresslist.Entry{Name: p.GetString("name"), Address: p.Address()})
	if one := addresslist.Parse(line); one.Err != nil || one.Address != p.Address() {
		return p.Address()
	}
	return line
}

// FormOf is the form of a session, to change or duplicate it.
func FormOf(app core.App, session *Session) (Form, error) {
	form := Form{
		Title: session.Title(), Description: session.GetString("description"), Starts: session.Starts(), Minutes: session.Minutes(),
		Zone: session.GetString("timezone"), Room: session.RoomID(),
		LinkEntry: session.LinkEntry(), AccessCode: session.AccessCode(), Passwordless: session.GetBool("passwordless"), JoinBeforeHost: session.GetBool("early"), Lobby: session.GetBool("lobby"), Muted: session.GetBool("muted"),
		Recording: session.GetString("recording"), MaxPeople: session.GetInt("people"),
		Resolution: session.GetString("resolution"), FPS: session.GetInt("fps"), Codec: session.GetString("codec"), Audio: session.GetString("audio"),
		ExternalLink: session.ExternalLink(),
	}
	if id := session.SeriesID(); id != "" {
		series, err := FindSeries(app, id)
		if err != nil {
			return form, err
		}
		form.Rule = series.Rule()
	}
	people, err := ListParticipants(app, session.Id)
	for _, p := range people {
		if p.Excluded() || p.ByLink() {
			continue
		}
		switch p.Role() {
		case Cohost:
			form.Cohosts = append(form.Cohosts, p.UserID())
		case Presenter:
			form.Presenters = append(form.Presenters, p.listEntry())
			form.Guests = append(form.Guests, p.listEntry())
		case Attendee:
			form.Guests = append(form.Guests, p.listEntry())
		}
	}
	return form, err
}
