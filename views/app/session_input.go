package app

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/members"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/layout"
)

type (
	templContext = context.Context
	templWriter  = io.Writer
)

// formInput is the raw input of the session form, so that the form can be shown again.
type formInput struct {
	Title, Description            string
	Date, Time, Minutes, Zone     string
	Repeat, Ends, Count, Until    string
	Days                          []string
	Rule                          string // a rule that the fields can't express
	Room, ExternalLink, MaxPeople string
	Guests                        string
	Cohosts, Presenters           string
	Passwordless, JoinBeforeHost  bool
	Lobby, Muted                  bool
	LinkEntry, AccessCode         string
	Recording                     string
	Video, Audio, Codec           string
	Scope                         string
	Overwrite                     bool // also what other sessions of the series were changed to on their own
	weekdayMoved                  bool // the only selected weekday moved with the date
}

func newFormInput(zone string) formInput {
	return formInput{Minutes: "60", Zone: zone, Repeat: noRepeat, Ends: "count", Count: "10", Recording: "", Video: videoKey("720p", 30), Audio: "speech", Codec: "vp8"}
}

// parseInput reads the submitted form.
func parseInput(form url.Values) formInput {
	yes := func(name string) bool { return form.Get(name) != "" }
	t := formInput{
		Title: form.Get("title"), Description: form.Get("description"), Date: form.Get("date"), Time: form.Get("time"), Minutes: form.Get("minutes"),
		Zone: form.Get("timezone"), Repeat: form.Get("repeat"), Ends: form.Get("ends"), Count: form.Get("count"), Until: form.Get("until"), Days: form["day"],
		Rule: form.Get("rule"), Room: form.Get("room"), ExternalLink: form.Get("elsewhere"), MaxPeople: form.Get("people"),
		Guests: form.Get("guests"), Cohosts: form.Get("cohosts"), Presenters: form.Get("presenters"),
		Passwordless: yes("passwordless"), JoinBeforeHost: yes("early"), Lobby: yes("lobby"), Muted: yes("muted"), Recording: form.Get("recording"),
		LinkEntry: form.Get("link_entry"), AccessCode: form.Get("access_code"),
		Video: form.Get("picture"), Audio: form.Get("audio"), Codec: form.Get("codec"), Scope: form.Get("scope"), Overwrite: form.Get("own") == "overwrite",
	}
	t.moveWeekday(form.Get("weekday"))
	return t
}

// inputFromForm returns the input that corresponds to the form of a session.
func inputFromForm(app core.App, form sessions.Form) (formInput, error) {
	zone, err := time.LoadLocation(form.Zone)
	if err != nil {
		zone = time.UTC
	}
	starts := form.Starts.In(zone)
	t := newFormInput(form.Zone)
	t.Title, t.Description, t.Date, t.Time, t.Minutes = form.Title, form.Description, starts.Format(time.DateOnly), starts.Format("15:04"), strconv.Itoa(form.Minutes)
	t.Room, t.ExternalLink, t.Passwordless, t.JoinBeforeHost, t.Lobby, t.Muted = form.Room, form.ExternalLink, form.Passwordless, form.JoinBeforeHost, form.Lobby, form.Muted
	t.LinkEntry, t.AccessCode = form.LinkEntry, form.AccessCode
	t.Recording, t.Video, t.Audio, t.Codec = form.Recording, videoKey(form.Resolution, form.FPS), form.Audio, form.Codec
	if form.MaxPeople > 0 {
		t.MaxPeople = strconv.Itoa(form.MaxPeople)
	}
	presents := map[string]bool{}
	for _, address := range form.Presenters {
		presents[address] = true
	}
	var guests []string
	for _, address := range form.Guests {
		if !presents[address] {
			guests = append(guests, address)
		}
	}
	t.Guests, t.Presenters = strings.Join(guests, "\n"), strings.Join(form.Presenters, "\n")
	var cohosts []string
	for _, id := range form.Cohosts {
		address, _, err := accounts.EmailByID(app, id)
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return t, err
		}
		cohosts = append(cohosts, address)
	}
	t.Cohosts = strings.Join(cohosts, "\n")
	t.parseRule(form.Rule, zone)
	return t, nil
}

// applyRoomSettings copies the settings of the selected room.
func (t *formInput) applyRoomSettings(app core.App, team string) error {
	room, err := rooms.Find(app, team, t.Room)
	if err != nil {
		return err
	}
	t.JoinBeforeHost, t.Lobby, t.Muted, t.Recording = room.JoinBeforeHost(), room.Lobby(), room.Muted(), room.Recording()
	return nil
}

// toForm converts the input to the form of the action. Its Invalid has a refusal for each field that can't be read.
func (t formInput) toForm(app core.App, actor *actors.Actor) (sessions.Form, error) {
	var faults errs.List
	form := sessions.Form{
		Title: t.Title, Description: t.Description, Zone: strings.TrimSpace(t.Zone), Room: t.Room, ExternalLink: t.ExternalLink, Minutes: t.minutes(),
		Guests: append(addresslist.Texts(t.Presenters), addresslist.Texts(t.Guests)...), Presenters: addresslist.Texts(t.Presenters),
		LinkEntry: t.LinkEntry, AccessCode: t.AccessCode, Passwordless: t.Passwordless, JoinBeforeHost: t.JoinBeforeHost, Lobby: t.Lobby, Muted: t.Muted, Recording: t.Recording, Audio: t.Audio, Codec: t.Codec,
		Overwrite: t.Overwrite,
	}
	if form.Zone == "" {
		form.Zone = layout.ZoneFor(actor).String()
	}
	var err error
	form.Starts, err = sessions.ParseLocalTime(t.Date, t.Time, form.Zone)
	faults.Add(err)
	resolution, fps, _ := strings.Cut(t.Video, "-")
	form.Resolution = resolution
	form.FPS, _ = strconv.Atoi(fps)
	if t.MaxPeople != "" {
		if form.MaxPeople, err = strconv.Atoi(t.MaxPeople); err != nil || form.MaxPeople < 1 {
			faults.Add(errs.Invalid("people", "bad_number", "Enter a number of people, or leave the field empty."))
		}
	}
	form.Rule, err = t.rule(form.Zone)
	faults.Add(err)
	form.Cohosts, err = findCohosts(app, actor, addresslist.Read(t.Cohosts).Entries)
	if errs.Code(err) == "" && err != nil {
		return form, err
	}
	faults.Add(err)
	form.Unread = faults.Err()
	return form, nil
}

// findCohosts returns the account IDs of the addresses that are members of the team, and refuses all others.
func findCohosts(app core.App, actor *actors.Actor, all []addresslist.Entry) ([]string, error) {
	var ids, others []string
	for _, e := range all {
		account, err := accounts.Find(app, e.Address)
		if err == nil {
			var m *members.Membership
			if m, err = members.Find(app, actor.Team.Id, account.Id); err == nil && m.Kind() != actors.Member {
				err = errs.ErrNotFound
			}
		}
		if errors.Is(err, errs.ErrNotFound) {
			others = append(others, "“"+text.Truncate(e.Raw, 80)+"”")
			continue
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, account.Id)
	}
	switch len(others) {
	case 0:
		return ids, nil
	case 1:
		return ids, errs.Invalid("cohosts", sessions.CodeBadCohost, others[0]+" isn't a member of the team. Only members can be co-hosts. Invite others as guests.")
	}
	return ids, errs.Invalid("cohosts", sessions.CodeBadCohost, text.JoinList(others)+" aren't members of the team. Only members can be co-hosts. Invite others as guests.")
}
