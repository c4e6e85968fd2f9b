package emails

import (
	"fmt"
	"time"

	"usher/hooks/mail"
	"usher/hooks/tools/text"
)

// RecordingProps are the properties of RecordingReady and RecordingStopped. A nil Zone is UTC.
type RecordingProps struct {
	To      string
	ToName  string
	Team    TeamProps
	Title   string
	Started time.Time
	Length  time.Duration
	Stopped string // why it stopped: one of the constants below if it did by itself
	Shared  bool   // the participants can see it
	Zone    *time.Location
	Link    string // the recording, or for RecordingStopped the list of recordings
	Support string
}

// Why a recording stopped by itself, as it is stored.
const (
	RecordingStorageFull = "storage_full"
	RecordingDiskFull    = "disk_full"
	RecordingInterrupted = "restart"
	RecordingNoMedia     = "media"
)

var stopTexts = map[string]string{
	RecordingStorageFull: "It stopped early because the team's storage for recordings was full.",
	RecordingDiskFull:    "It stopped early because the server had too little free disk space.",
	RecordingInterrupted: "It stopped early because the server was restarted.",
	RecordingNoMedia:     "It stopped early because the connection to the media server was lost.",
}

// RecordingReady is the email to the host when a recording can be played (R153).
func RecordingReady(p RecordingProps) mail.Message {
	s := layout{
		Team: p.Team, Title: p.Title,
		Intro:  "The recording of your session is ready: " + recordingLength(p.Length) + ".",
		When:   newTimeLine("Started:", p.Started, p.Zone),
		Button: "Play recording", Link: p.Link,
		Footnote: "Only the hosts, the Owner and Admins can see it until you share it with the participants.",
		Reason:   "You're receiving this email because you hosted this session.",
		Support:  p.Support,
	}
	if p.Shared {
		s.Footnote = "The session's participants can see it, too."
	}
	if why := stopTexts[p.Stopped]; why != "" {
		s.Paragraphs = []string{why}
	}
	return s.message(mail.KindRecordingReady, p.To, p.ToName, "Recording ready: "+p.Title)
}

// recordingLength writes a length to the second below an hour, and to the minute above it.
func recordingLength(d time.Duration) string {
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case hours > 0:
		return text.Count(hours, "hour", "hours") + " " + text.Count(minutes, "minute", "minutes")
	case minutes > 0:
		return text.Count(minutes, "minute", "minutes") + " " + text.Count(seconds, "second", "seconds")
	}
	return text.Count(seconds, "second", "seconds")
}

// RecordingStopped is the email to the host, the Owner and Admins when a recording stopped at a limit while the session continues.
func RecordingStopped(p RecordingProps) mail.Message {
	s := layout{
		Team: p.Team, Title: fmt.Sprintf("The recording of %s stopped", text.Isolate(p.Title)),
		Intro:      "The team's storage for recordings is full. The session continues, but the rest of it isn't recorded.",
		When:       newTimeLine("Recording started:", p.Started, p.Zone),
		Paragraphs: []string{"What was recorded until then is kept. To record again, delete recordings forever to free space, or ask for a plan with more storage."},
		Button:     "Manage recordings", Link: p.Link,
		Reason:  fmt.Sprintf("You're receiving this email because you host this session or manage %s.", text.Isolate(p.Team.Name)),
		Support: p.Support,
	}
	if p.Stopped == RecordingDiskFull {
		s.Intro = "The server has too little free disk space. The session continues, but the rest of it isn't recorded."
		s.Paragraphs = []string{"What was recorded until then is kept. Contact your server administrator."}
	}
	return s.message(mail.KindRecordingStopped, p.To, p.ToName, "Recording stopped: "+p.Title)
}

// NotRecordedProps are the properties of NotRecorded.
type NotRecordedProps struct {
	To      string
	ToName  string
	Team    TeamProps
	Title   string
	Why     string // a sentence
	Link    string // the session
	Support string
}

// NotRecorded is the email to the host when a session that is always recorded can't be.
func NotRecorded(p NotRecordedProps) mail.Message {
	s := layout{
		Team: p.Team, Title: fmt.Sprintf("%s isn't being recorded", text.Isolate(p.Title)),
		Intro:      "Your session should be recorded, but isn't. The session continues.",
		Paragraphs: []string{p.Why, "Recording starts by itself when that is no longer so."},
		Button:     "Open session", Link: p.Link,
		Reason:  "You're receiving this email because you host this session.",
		Support: p.Support,
	}
	return s.message(mail.KindNotRecorded, p.To, p.ToName, "Not recorded: "+p.Title)
}

// RecordingItem is a recording in a list.
type RecordingItem struct {
	Title   string
	Started time.Time
}

// RecordingsDueProps are the properties of RecordingsDue. A nil Zone is UTC.
type RecordingsDueProps struct {
	To         string
	ToName     string
	Team       TeamProps
	Days       int // retention period
	Recordings []RecordingItem
	More       int           // recordings that are not listed
	At         time.Time     // when they are moved to the trash
	Trash      time.Duration // how long they can be restored from it
	Zone       *time.Location
	Link       string // list of recordings
	Support    string
}

// RecordingsDue is the email to the hosts, the Owner and Admins before recordings are moved to the trash because of their age (R120).
func RecordingsDue(p RecordingsDueProps) mail.Message {
	n := len(p.Recordings) + p.More
	what := text.Count(n, "recording", "recordings")
	s := layout{
		Team: p.Team, Title: what + " will be deleted soon",
		Intro:  fmt.Sprintf("%s keeps recordings for %s.", text.Isolate(p.Team.Name), text.Count(p.Days, "day", "days")),
		Expiry: newTimeLine("They move to the trash:", p.At, p.Zone),
		Button: "View recordings", Link: p.Link,
		Footnote: "To keep a recording, download it, or restore it from the trash within " + text.Duration(p.Trash) + ". After that, it's deleted forever.",
		Reason:   fmt.Sprintf("You're receiving this email because you hosted these sessions or manage %s.", text.Isolate(p.Team.Name)),
		Support:  p.Support,
	}
	for _, one := range p.Recordings {
		s.Paragraphs = append(s.Paragraphs, text.Isolate(one.Title)+": "+formatTimeInZone(one.Started, p.Zone))
	}
	if p.More > 0 {
		s.Paragraphs = append(s.Paragraphs, fmt.Sprintf("And %d more.", p.More))
	}
	m := s.message(mail.KindRecordingsDue, p.To, p.ToName, what+" of "+p.Team.Name+" will be deleted soon")
	m.LowPriority = true
	return m
}
