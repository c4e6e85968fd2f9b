package api

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
)

// meeting is a session as lists show it. Guests and what runs are told elsewhere.
type meeting struct {
	ID          string          `json:"id"`
	Code        string          `json:"code"`
	URL         string          `json:"url"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Starts      string          `json:"starts"`
	Ends        string          `json:"ends"` // by the plan and what it was extended by
	Minutes     int             `json:"minutes"`
	Timezone    string          `json:"timezone"`
	Room        string          `json:"room"`
	Series      string          `json:"series"`
	Host        holder          `json:"host"`
	Status      string          `json:"status"`  // scheduled, running, ended, cancelled
	Started     string          `json:"started"` // empty: not yet
	Ended       string          `json:"ended"`
	Settings    meetingSettings `json:"settings"`
}

type holder struct {
	ID   string `json:"id"` // empty once the account is gone
	Name string `json:"name"`
}

// meetingSettings are the settings as they apply. ByRoom names those that the session's room sets.
type meetingSettings struct {
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

	ByRoom []string `json:"byRoom,omitempty"`
}

func meetingOf(app core.App, s *sessions.Session) (meeting, error) {
	room, err := sessions.RoomOf(app, s)
	return meetingIn(app, s, room), err
}

// meetingsOf are many sessions, each room of theirs read once.
func meetingsOf(app core.App, found []*sessions.Session) ([]meeting, error) {
	items, read := make([]meeting, len(found)), map[string]*rooms.Room{}
	for n, s := range found {
		room, known := read[s.RoomID()]
		if !known {
			var err error
			if room, err = sessions.RoomOf(app, s); err != nil {
				return nil, err
			}
			read[s.RoomID()] = room
		}
		items[n] = meetingIn(app, s, room)
	}
	return items, nil
}

func meetingIn(app core.App, s *sessions.Session, room *rooms.Room) meeting {
	shape := meeting{
		ID: s.Id, Code: s.Code(), URL: s.Link(app), Title: s.Title(), Description: s.GetString("description"),
		Starts: stamp(s.Starts()), Ends: stamp(s.Ends()), Minutes: s.Minutes(), Timezone: s.GetString("timezone"),
		Room: s.RoomID(), Series: s.SeriesID(), Host: holder{s.HostID(), s.GetString("host_name")},
		Status: s.Status(), Started: stamp(s.Started()), Ended: stamp(s.Ended()),
		Settings: meetingSettings{Resolution: s.GetString("resolution"), FPS: s.GetInt("fps"), Codec: s.GetString("codec"), Audio: s.GetString("audio"),
			Passwordless: s.GetBool("passwordless"), Recording: s.GetString("recording"), People: s.GetInt("people")},
	}
	settings := &shape.Settings
	for name, to := range map[string]*bool{"early": &settings.Early, "lobby": &settings.Lobby, "muted": &settings.Muted} {
		*to = sessions.Effective(s, room, name).On
	}
	for _, name := range sessions.Imposable {
		if sessions.Effective(s, room, name).ByRoom {
			settings.ByRoom = append(settings.ByRoom, name)
		}
	}
	return shape
}

// meetingDetails is a session by itself. Rule and Elsewhere are for whoever manages it, People for co-hosts, too.
type meetingDetails struct {
	meeting
	Rule      string  `json:"rule,omitempty"`
	Elsewhere string  `json:"elsewhere,omitempty"`
	People    []asked `json:"people,omitempty"`
}

type asked struct {
	ID     string `json:"id"`
	User   string `json:"user"`
	Email  string `json:"email"`
	Name   string `json:"name"`
	Part   string `json:"part"`
	State  string `json:"state"`
	Answer string `json:"answer"`

	Delivery *inviteeEmail `json:"delivery,omitempty"` // of the newest email about the session; the host may have none
}

// inviteeEmail is how far an email has come: queued, sending, sent, delayed, returned, failed, delivered, bounced,
// complained, dropped or not_sent.
type inviteeEmail struct {
	Status string `json:"status"`
	At     string `json:"at"`
	Error  string `json:"error"`
	Reason string `json:"reason"` // why it was dropped
}

func details(app core.App, actor *actors.Actor, s *sessions.Session) (meetingDetails, error) {
	shown, err := meetingOf(app, s)
	reply := meetingDetails{meeting: shown}
	if err != nil {
		return reply, err
	}
	if sessions.CanManage(actor, s) {
		form, err := sessions.FormOf(app, s)
		if err != nil {
			return reply, err
		}
		reply.Rule, reply.Elsewhere = form.Rule, form.Elsewhere
	}
	if err := sessions.MayReach(app, actor, s); err != nil {
		if record.Code(err) != "" {
			err = nil
		}
		return reply, err
	}
	people, err := sessions.Participants(app, s.Id)
	if err != nil {
		return reply, err
	}
	states, err := sessions.Delivery(app, s)
	for _, p := range people {
		one := asked{ID: p.Id, User: p.UserID(), Email: p.Address(), Name: p.GetString("name"), Part: p.Part(), State: p.State(), Answer: p.GetString("answer")}
		if state, known := states[p.Id]; known {
			one.Delivery = &inviteeEmail{state.Status, stamp(state.At), state.Error, state.Reason}
		}
		reply.People = append(reply.People, one)
	}
	return reply, err
}

// meetingForm is a new session, or a change of one. What is not sent stays, or is what does for most.
type meetingForm struct {
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
	} `json:"settings"`
}

// onto is the form with what was sent.
func (f meetingForm) onto(form sessions.Form) (sessions.Form, error) {
	if f.Starts != nil {
		at, err := sessions.ParseTime("starts", *f.Starts)
		if err != nil {
			return form, err
		}
		form.Starts = at
	}
	take(&form.Title, f.Title)
	take(&form.Description, f.Description)
	take(&form.Minutes, f.Minutes)
	take(&form.Zone, f.Timezone)
	take(&form.Room, f.Room)
	take(&form.Rule, f.Rule)
	take(&form.Guests, f.Guests)
	take(&form.Cohosts, f.Cohosts)
	take(&form.Presenters, f.Presenters)
	take(&form.Elsewhere, f.Elsewhere)
	take(&form.Resolution, f.Settings.Resolution)
	take(&form.FPS, f.Settings.FPS)
	take(&form.Codec, f.Settings.Codec)
	take(&form.Audio, f.Settings.Audio)
	take(&form.Passwordless, f.Settings.Passwordless)
	take(&form.Early, f.Settings.Early)
	take(&form.Lobby, f.Settings.Lobby)
	take(&form.Muted, f.Settings.Muted)
	take(&form.Recording, f.Settings.Recording)
	take(&form.People, f.Settings.People)
	return form, nil
}

func take[T any](to *T, sent *T) {
	if sent != nil {
		*to = *sent
	}
}
