package app

import (
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/plans"
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
)

// videoPreset is a selectable video quality (R102).
type videoPreset struct {
	resolution string
	fps        int
	label      string
}

var videoPresets = []videoPreset{
	{"360p", 15, "Small: 360p, 15 fps"},
	{"720p", 30, "Standard: 720p, 30 fps"},
	{"1080p", 30, "High: 1080p, 30 fps"},
	{"1080p", 60, "High and smooth: 1080p, 60 fps"},
	{"2160p", 25, "4K, 25 fps"},
	{"2160p", 30, "4K, 30 fps"},
}

var audioOptions = []ui.Option{{Value: "speech", Label: "Speech"}, {Value: "music", Label: "Music"}, {Value: "stereo", Label: "Stereo"}}

var codecOptions = []ui.Option{{Value: "vp8", Label: "VP8, works everywhere"}, {Value: "vp9", Label: "VP9, sharper"},
	{Value: "h264", Label: "H.264 in external sessions, else VP8"}, {Value: "av1", Label: "AV1 in external sessions, else VP9"}}

// durations lists the selectable durations in minutes.
var durations = func() []int {
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

// fillDurations sets the durations that the plan allows, with a note about its limits (R103).
func (p *sessionFormProps) fillDurations(app core.App, actor *actors.Actor) error {
	plan, err := plans.ForTeam(app, actor.Team.Id)
	if err != nil {
		return err
	}
	most := plan.SessionMinutes()
	all := durations
	if n := p.Input.minutes(); n > 0 && !slices.Contains(all, n) {
		all = append(slices.Clone(all), n)
		slices.Sort(all)
	}
	if most >= 0 && most < sessions.MaxMinutes {
		p.DurationNote = "On the " + plan.Name() + " plan, a session can last up to " + sessions.FormatMinutes(most) + "."
	}
	for _, m := range all {
		beyond := most >= 0 && m > most
		if beyond && m != p.Input.minutes() {
			continue
		}
		p.DurationOptions = append(p.DurationOptions, ui.Option{Value: strconv.Itoa(m), Label: sessions.FormatMinutes(m)})
	}
	if people := plan.SessionPeople(); people >= 0 {
		p.CapacityNote = "On the " + plan.Name() + " plan, up to " + text.Count(people, "person", "people") + " can join a session."
	}
	return nil
}

// fillRooms sets the selectable rooms with their conflicts at that time, and what the selected room allows.
func (p *sessionFormProps) fillRooms(app core.App, actor *actors.Actor, except []string) error {
	all, err := rooms.List(app, actor.Team.Id)
	if err != nil {
		return err
	}
	t := p.Input
	zone := t.Zone
	if zone == "" {
		zone = layout.ZoneFor(actor).String()
	}
	starts, wrong := sessions.ParseLocalTime(t.Date, t.Time, zone)
	p.RoomOptions = []ui.Option{{Value: "", Label: "No room"}}
	quality, recording, why := "2160p", "", ""
	var chosen *rooms.Room
	for _, room := range all {
		label := room.Name()
		if wrong == nil && t.minutes() > 0 {
			clash, err := rooms.FindConflict(app, room.Id, starts, starts.Add(time.Duration(t.minutes())*time.Minute), except...)
			if err != nil {
				return err
			}
			if clash != nil {
				label += " (taken " + timeRange(clash.Starts.In(starts.Location()), clash.Ends.In(starts.Location())) + ": " + text.Isolate(clash.Title) + ")"
				if room.Id == t.Room {
					p.RoomClash = text.Isolate(room.Name()) + " is taken " + timeRange(clash.Starts.In(starts.Location()), clash.Ends.In(starts.Location())) + " by “" + text.Isolate(clash.Title) + "”, " + text.Isolate(clash.Host) + ". Choose another time or room."
				}
			}
		}
		if room.Id == t.Room {
			chosen = room
			quality, recording, why = room.Quality(), room.Recording(), room.Name()
		}
		p.RoomOptions = append(p.RoomOptions, ui.Option{Value: room.Id, Label: label})
	}
	p.RoomSettings = p.roomSettings(chosen)
	p.fillVideoOptions(quality, why)
	p.fillRecordingOptions(recording, why)
	return nil
}

// fillVideoOptions sets the presets. Those beyond the room's limit are disabled and say why.
func (p *sessionFormProps) fillVideoOptions(most, room string) {
	all := videoPresets
	known := slices.ContainsFunc(all, func(one videoPreset) bool { return videoKey(one.resolution, one.fps) == p.Input.Video })
	for _, one := range all {
		option := ui.Option{Value: videoKey(one.resolution, one.fps), Label: one.label}
		if slices.Index(rooms.Qualities, one.resolution) > slices.Index(rooms.Qualities, most) {
			option.Disabled = option.Value != p.Input.Video
			option.Label += " (" + room + " allows up to " + most + ")"
		}
		p.VideoOptions = append(p.VideoOptions, option)
	}
	if !known && p.Input.Video != "" {
		p.VideoOptions = append(p.VideoOptions, ui.Option{Value: p.Input.Video, Label: videoText(p.Input.Video)})
	}
	if room != "" && most != "2160p" {
		p.VideoNote = room + " allows video up to " + most + "."
	}
}

func (p *sessionFormProps) fillRecordingOptions(of, room string) {
	for _, option := range []ui.Option{{Value: "off", Label: "No recording"}, {Value: "host", Label: "By the host"}, {Value: "always", Label: "Always"}} {
		if of == "off" && option.Value != "off" {
			option.Disabled = true
			option.Label += " (recording is off in " + room + ")"
		}
		p.RecordingOptions = append(p.RecordingOptions, option)
	}
	switch {
	case p.Input.Recording == "" && of != "":
		p.Input.Recording = of
	case p.Input.Recording == "":
		p.Input.Recording = "host"
	}
}
