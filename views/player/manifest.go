package player

import (
	"regexp"

	"usher/hooks/live/recorder"
)

// New returns the props of a finished recording. url returns the URL of one of its files.
func New(title string, m *recorder.Manifest, url func(file string) string) Props {
	p := Props{Title: title, Duration: m.Milliseconds}
	for _, one := range m.Participants {
		p.People = append(p.People, Person{ID: one.ID, Name: one.Name, Stays: intervals(one.Stays)})
	}
	for _, part := range m.Parts {
		p.Parts = append(p.Parts, Part{URL: url(part.File), Person: part.Participant, Source: part.Source, Video: part.Kind == "video",
			Type: MIMEType(part), Offset: part.Offset, Duration: part.Duration, Muted: intervals(part.Muted)})
	}
	p.Chapters = Chapters(p.People, p.Parts)
	return p
}

// codecPattern matches the name of a codec that can stand in a header.
var codecPattern = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// MIMEType returns the type of a part with its codec, from which a browser knows whether it can play it: `video/webm; codecs="vp8"`.
func MIMEType(part recorder.Part) string {
	kind := "audio"
	if part.Kind == "video" {
		kind = "video"
	}
	if !codecPattern.MatchString(part.Codec) {
		return kind + "/webm"
	}
	return kind + `/webm; codecs="` + part.Codec + `"`
}

func intervals(from []recorder.Interval) []Interval {
	all := make([]Interval, len(from))
	for i, one := range from {
		all[i] = Interval(one)
	}
	return all
}
