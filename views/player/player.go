// Package player renders the player of a recording: all tracks in sync, with the chapters beside them. A page that shows it adds
// Stylesheet and Modules.
package player

import (
	"encoding/json"
	"fmt"

	"usher/static"
	"usher/views/ui"
)

// Props describes a recording to play. Times are in milliseconds since its start.
type Props struct {
	Title       string
	Duration    int64
	People      []Person
	Parts       []Part
	Chapters    []Chapter
	DownloadURL string // for browsers that can't play a part; optional
}

// Person is a participant of the recorded session, and when they were in it.
type Person struct {
	ID    string     `json:"id"`
	Name  string     `json:"name"`
	Stays []Interval `json:"stays"`
}

// Part is a file with a stretch of one track.
type Part struct {
	URL      string     `json:"url"`
	Person   string     `json:"person"` // ID
	Source   string     `json:"source"` // "camera", "microphone", "screen" or "screen_audio"
	Video    bool       `json:"video"`
	Type     string     `json:"type"` // MIME type with the codec
	Offset   int64      `json:"offset"`
	Duration int64      `json:"duration"`
	Muted    []Interval `json:"muted"`
}

// Interval is a stretch of time, without its end.
type Interval struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Stylesheet returns the URL of the player's stylesheet.
func Stylesheet() string { return static.URL("player.css") }

// Modules returns the URLs of the player's modules.
func Modules() []string { return static.ModulesOf("player") }

// data is what the script reads.
func (p Props) data() (string, error) {
	type person struct {
		Person
		Initials string `json:"initials"`
	}
	people := make([]person, len(p.People))
	for i, one := range p.People {
		people[i] = person{one, ui.Initials(one.Name)}
	}
	text, err := json.Marshal(map[string]any{"title": p.Title, "duration": p.Duration, "people": people, "parts": p.Parts, "download": p.DownloadURL})
	return string(text), err
}

// Clock returns milliseconds as a time of the recording: "1:05", "1:02:05".
func Clock(ms int64) string {
	s := max(ms, 0) / 1000
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
