package member

import (
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/plans"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/views/frame"
	"usher/views/ui"
)

// preset is a picture that can be chosen (R102).
type preset struct {
	resolution string
	fps        int
	word       string
}

var presets = []preset{
	{"360p", 15, "Small: 360p, 15 fps"},
	{"720p", 30, "Standard: 720p, 30 fps"},
	{"1080p", 30, "High: 1080p, 30 fps"},
	{"1080p", 60, "High and smooth: 1080p, 60 fps"},
	{"2160p", 25, "4K, 25 fps"},
	{"2160p", 30, "4K, 30 fps"},
}

var sounds = []ui.Option{{Value: "speech", Label: "Speech"}, {Value: "music", Label: "Music"}, {Value: "stereo", Label: "Stereo"}}

var codecs = []ui.Option{{Value: "vp8", Label: "VP8, works everywhere"}, {Value: "h264", Label: "H.264"}, {Value: "vp9", Label: "VP9, sharper"}, {Value: "av1", Label: "AV1, sharpest, needs new devices"}}

// lengths are the minutes that are offered.
var lengths = func() []int {
	var all []int
	for m := 15; m <= 4*60; m += 15 {
		all = append(all, m)
	}
	for m := 4*60 + 30; m <= 8*60; m += 30 {
		all = append(all, m)
	}
	for _, h := range []int{9, 10, 12, 16, 20, 24, 30, 36, 40} {
		all = append(all, h*60)
	}
	return all
}()

// lengths are those of the plan. Longer ones are shown with the reason why they cannot be had (R103).
func (p *sessionForm) lengths(app core.App, actor *actors.Actor) error {
	plan, err := plans.Find(app, actor.Team.GetString("plan"))
	if err != nil {
		return err
	}
	most := plan.GetInt("session_minutes")
	all := lengths
	if n := p.Typed.minutes(); n > 0 && !slices.Contains(all, n) {
		all = append(slices.Clone(all), n)
		slices.Sort(all)
	}
	if most >= 0 && most < sessions.MaxMinutes {
		p.Longest = "On the plan " + plan.Name() + " a session lasts at most " + sessions.Length(most) + "."
	}
	for _, m := range all {
		beyond := most >= 0 && m > most
		if beyond && m != p.Typed.minutes() {
			continue
		}
		p.Lengths = append(p.Lengths, ui.Option{Value: strconv.Itoa(m), Label: sessions.Length(m)})
	}
	if people := plan.GetInt("session_people"); people >= 0 {
		p.Most = "At most " + ui.Number(people) + " people, as the plan " + plan.Name() + " has it."
	}
	return nil
}

// rooms are those that can be chosen, with what has them at that time, and what the chosen one allows.
func (p *sessionForm) rooms(app core.App, actor *actors.Actor, except []string) error {
	all, err := rooms.Of(app, actor.Team.Id)
	if err != nil {
		return err
	}
	t := p.Typed
	zone := t.Zone
	if zone == "" {
		zone = frame.ZoneOf(actor).String()
	}
	starts, wrong := sessions.LocalTime(t.Date, t.Time, zone)
	p.Rooms = []ui.Option{{Value: "", Label: "No room"}}
	quality, recording, why := "2160p", "", ""
	var chosen *rooms.Room
	for _, room := range all {
		label := room.Name()
		if wrong == nil && t.minutes() > 0 {
			clash, err := rooms.Clash(app, room.Id, starts, starts.Add(time.Duration(t.minutes())*time.Minute), except...)
			if err != nil {
				return err
			}
			if clash != nil {
				label += " (taken " + between(clash.Starts.In(starts.Location()), clash.Ends.In(starts.Location())) + ": " + clash.Title + ")"
				if room.Id == t.Room {
					p.Clash = room.Name() + " is taken " + between(clash.Starts.In(starts.Location()), clash.Ends.In(starts.Location())) + " by “" + clash.Title + "”, " + clash.Host + ". Choose another time or room."
				}
			}
		}
		if room.Id == t.Room {
			chosen = room
			quality, recording, why = room.GetString("quality"), room.GetString("recording"), room.Name()
		}
		p.Rooms = append(p.Rooms, ui.Option{Value: room.Id, Label: label})
	}
	p.Imposable = p.imposable(chosen)
	p.pictures(quality, why)
	p.recordings(recording, why)
	return nil
}

// pictures are the presets; those beyond what the room allows say so.
func (p *sessionForm) pictures(most, room string) {
	all := presets
	known := slices.ContainsFunc(all, func(one preset) bool { return picture(one.resolution, one.fps) == p.Typed.Picture })
	for _, one := range all {
		option := ui.Option{Value: picture(one.resolution, one.fps), Label: one.word}
		if slices.Index(rooms.Qualities, one.resolution) > slices.Index(rooms.Qualities, most) {
			option.Disabled = option.Value != p.Typed.Picture
			option.Label += " (" + room + " allows up to " + most + ")"
		}
		p.Pictures = append(p.Pictures, option)
	}
	if !known && p.Typed.Picture != "" {
		p.Pictures = append(p.Pictures, ui.Option{Value: p.Typed.Picture, Label: pictureWords(p.Typed.Picture)})
	}
	if room != "" && most != "2160p" {
		p.Allowed = room + " allows pictures up to " + most + "."
	}
}

func (p *sessionForm) recordings(of, room string) {
	for _, option := range []ui.Option{{Value: "off", Label: "No recording"}, {Value: "host", Label: "When the host says so"}, {Value: "always", Label: "Always"}} {
		if of == "off" && option.Value != "off" {
			option.Disabled = true
			option.Label += " (" + room + " keeps no recordings)"
		}
		p.Recordings = append(p.Recordings, option)
	}
	switch {
	case p.Typed.Recording == "" && of != "":
		p.Typed.Recording = of
	case p.Typed.Recording == "":
		p.Typed.Recording = "host"
	}
}
