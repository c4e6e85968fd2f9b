package api

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// sessionInfo is a session in a list.
type sessionInfo struct {
	ID          string          `json:"id"`
	Code        string          `json:"code"`
	URL         string          `json:"url"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Starts      string          `json:"starts"`
	Ends        string          `json:"ends"` // planned end, including extensions
	Minutes     int             `json:"minutes"`
	Timezone    string          `json:"timezone"`
	Room        string          `json:"room"`
	Series      string          `json:"series"`
	Host        sessionHost     `json:"host"`
	Status      string          `json:"status"`  // scheduled, running, ended, cancelled
	Started     string          `json:"started"` // empty if it hasn't started
	Ended       string          `json:"ended"`
	Settings    sessionSettings `json:"settings"`
}

type sessionHost struct {
	ID   string `json:"id"` // empty if the account was deleted
	Name string `json:"name"`
}

// sessionSettings holds the effective settings. ByRoom names those that the session's room sets.
type sessionSettings struct {
	Resolution   string `json:"resolution"`
	FPS          int    `json:"fps"`
	Codec        string `json:"codec"`
	Audio        string `json:"audio"`
	Passwordless bool   `json:"passwordless"`
	Early        bool   `json:"early"`
	Lobby        bool   `json:"lobby"`
	Muted        bool   `json:"muted"`
	Recording    string `json:"recording"`
	People       int    `json:"people"`
	LinkEntry    string `json:"link_entry"` // wait, direct, or empty

	ByRoom []string `json:"byRoom,omitempty"`
}

func sessionInfoOf(app core.App, s *sessions.Session) (sessionInfo, error) {
	room, err := sessions.FindRoom(app, s)
	return newSessionInfo(app, s, room), err
}

// sessionInfosOf converts sessions, reading each of their rooms once.
func sessionInfosOf(app core.App, found []*sessions.Session) ([]sessionInfo, error) {
	items, read := make([]sessionInfo, len(found)), map[string]*rooms.Room{}
	for n, s := range found {
		room, known := read[s.RoomID()]
		if !known {
			var err error
			if room, err = sessions.FindRoom(app, s); err != nil {
				return nil, err
			}
			read[s.RoomID()] = room
		}
		items[n] = newSessionInfo(app, s, room)
	}
	return items, nil
}

func newSessionInfo(app core.App, s *sessions.Session, room *rooms.Room) sessionInfo {
	shape := sessionInfo{
		ID: s.Id, Code: s.Code(), URL: s.Link(app), Title: s.Title(), Description: s.Description(),
		Starts: formatTime(s.Starts()), Ends: formatTime(s.Ends()), Minutes: s.Minutes(), Timezone: s.ZoneName(),
		Room: s.RoomID(), Series: s.SeriesID(), Host: sessionHost{s.HostID(), s.HostName()},
		Status: s.Status(), Started: formatTime(s.Started()), Ended: formatTime(s.Ended()),
		Settings: sessionSettings{Resolution: s.Resolution(), FPS: s.FPS(), Codec: s.Codec(), Audio: s.Audio(),
			Passwordless: s.Passwordless(), LinkEntry: s.LinkEntry(), Recording: s.Recording(), People: s.MaxPeople()},
	}
	settings := &shape.Settings
	for name, to := range map[string]*bool{"early": &settings.Early, "lobby": &settings.Lobby, "muted": &settings.Muted} {
		*to = sessions.EffectiveSetting(s, room, name).On
	}
	for _, name := range sessions.RoomSettings {
		if sessions.EffectiveSetting(s, room, name).ByRoom {
			settings.ByRoom = append(settings.ByRoom, name)
		}
	}
	return shape
}

// sessionDetails is a single session. Rule and Elsewhere are for those who manage it, People also for co-hosts.
type sessionDetails struct {
	sessionInfo
	Rule      string `json:"rule,omitempty"`
	Elsewhere string `json:"elsewhere,omitempty"`

	AccessCode string `json:"access_code,omitempty"`

	People []invitee `json:"people,omitempty"`
}

type invitee struct {
	ID    string `json:"id"`
	User  string `json:"user"`
	Email string `json:"email"`
	Name  string `json:"name"`
	Role  string `json:"part"`
	State string `json:"state"`
	RSVP  string `json:"answer"`

	ByLink bool `json:"byLink"`

	Delivery *inviteeEmail `json:"delivery,omitempty"` // of the newest email about the session; may be missing for the host
}

// inviteeEmail is the delivery status of an email: queued, sending, sent, delayed, returned, failed, delivered, bounced,
// complained, dropped or not_sent.
type inviteeEmail struct {
	Status string `json:"status"`
	At     string `json:"at"`
	Error  string `json:"error"`
	Reason string `json:"reason"` // why it was dropped
}

func sessionDetailsOf(app core.App, actor *actors.Actor, s *sessions.Session) (sessionDetails, error) {
	shown, err := sessionInfoOf(app, s)
	reply := sessionDetails{sessionInfo: shown}
	if err != nil {
		return reply, err
	}
	if sessions.CanManage(actor, s) {
		form, err := sessions.FormOf(app, s)
		if err != nil {
			return reply, err
		}
		reply.Rule, reply.Elsewhere, reply.AccessCode = form.Rule, form.ExternalLink, form.AccessCode
	}
	if err := sessions.CanContactInvitees(app, actor, s); err != nil {
		if errs.Code(err) != "" {
			err = nil
		}
		return reply, err
	}
	people, err := sessions.ListParticipants(app, s.Id)
	if err != nil {
		return reply, err
	}
	states, err := sessions.Delivery(app, s)
	for _, p := range people {
		one := invitee{ID: p.Id, User: p.UserID(), ByLink: p.ByLink(), Email: accounts.ShownAddress(p.Address()), Name: p.Name(), Role: p.Role(), State: p.State(), RSVP: p.Answer()}
		if state, known := states[p.Id]; known {
			one.Delivery = &inviteeEmail{state.Status, formatTime(state.At), state.Error, state.Reason}
		}
		reply.People = append(reply.People, one)
	}
	return reply, err
}

// sessionForm creates or updates a session. Missing fields keep their value or get the default.
type sessionForm struct {
	Title       *string   `json:"title"`
	Description *string   `json:"description"`
	Starts      *string   `json:"starts"` // RFC 3339
	Minutes     *int      `json:"minutes"`
	Timezone    *string   `json:"timezone"`
	Room        *string   `json:"room"`
	Rule        *string   `json:"rule"`
	Guests      *[]string `json:"guests"`
	Cohosts     *[]string `json:"cohosts"`
	Presenters  *[]string `json:"presenters"`
	Elsewhere   *string   `json:"elsewhere"`
	Settings    struct {
		Resolution   *string `json:"resolution"`
		FPS          *int    `json:"fps"`
		Codec        *string `json:"codec"`
		Audio        *string `json:"audio"`
		Passwordless *bool   `json:"passwordless"`
		Early        *bool   `json:"early"`
		Lobby        *bool   `json:"lobby"`
		Muted        *bool   `json:"muted"`
		Recording    *string `json:"recording"`
		People       *int    `json:"people"`
		LinkEntry    *string `json:"link_entry"`
		AccessCode   *string `json:"access_code"`
	} `json:"settings"`
}

// applyTo returns form with the fields that were sent. Its Invalid is the refusal of a start that can't be read.
func (f sessionForm) applyTo(form sessions.Form) sessions.Form {
	if f.Starts != nil {
		form.Starts, form.Unread = sessions.ParseTime("starts", *f.Starts)
	}
	setIfSent(&form.Title, f.Title)
	setIfSent(&form.Description, f.Description)
	setIfSent(&form.Minutes, f.Minutes)
	setIfSent(&form.Zone, f.Timezone)
	setIfSent(&form.Room, f.Room)
	setIfSent(&form.Rule, f.Rule)
	setIfSent(&form.Guests, f.Guests)
	setIfSent(&form.Cohosts, f.Cohosts)
	setIfSent(&form.Presenters, f.Presenters)
	setIfSent(&form.ExternalLink, f.Elsewhere)
	setIfSent(&form.Resolution, f.Settings.Resolution)
	setIfSent(&form.FPS, f.Settings.FPS)
	setIfSent(&form.Codec, f.Settings.Codec)
	setIfSent(&form.Audio, f.Settings.Audio)
	setIfSent(&form.Passwordless, f.Settings.Passwordless)
	setIfSent(&form.JoinBeforeHost, f.Settings.Early)
	setIfSent(&form.Lobby, f.Settings.Lobby)
	setIfSent(&form.Muted, f.Settings.Muted)
	setIfSent(&form.Recording, f.Settings.Recording)
	setIfSent(&form.MaxPeople, f.Settings.People)
	setIfSent(&form.LinkEntry, f.Settings.LinkEntry)
	setIfSent(&form.AccessCode, f.Settings.AccessCode)
	return form
}

func setIfSent[T any](to *T, sent *T) {
	if sent != nil {
		*to = *sent
	}
}
