package recorder

import (
	"strings"
	"sync"

	"github.com/livekit/protocol/livekit"
)

// maxEntriesEach is how many lines of the journal a participant can cause by what they announce. More are left out.
const maxEntriesEach = 5000

// roster is who is in the room and what they publish, as last announced.
type roster struct {
	mu           sync.Mutex
	participants map[string]entry // by id
	tracks       map[string]entry // by id
	encrypted    map[string]bool  // tracks
	entries      map[string]int   // by identity
}

func newRoster() *roster {
	return &roster{participants: map[string]entry{}, tracks: map[string]entry{}, encrypted: map[string]bool{}, entries: map[string]int{}}
}

// begin forgets what was announced before, because it is announced again on joining.
func (o *roster) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.participants)
	clear(o.tracks)
	clear(o.encrypted)
}

// update returns what has changed, for the journal, and who has left.
func (o *roster) update(list []*livekit.ParticipantInfo) (changes []entry, left []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range list {
		if p.Kind == livekit.ParticipantInfo_EGRESS || p.GetPermission().GetHidden() {
			continue
		}
		gone := p.State == livekit.ParticipantInfo_DISCONNECTED
		changes = o.change(changes, p.Identity, o.participants, p.Sid,
			entry{Event: eventParticipant, Participant: p.Sid, Identity: p.Identity, Name: p.Name, Gone: gone})
		published := map[string]bool{}
		for _, info := range p.Tracks {
			published[info.Sid] = !gone
			o.encrypted[info.Sid] = info.Encryption != livekit.Encryption_NONE
			if !gone {
				changes = o.change(changes, p.Identity, o.tracks, info.Sid, newTrackEntry(p.Sid, info))
			}
		}
		for id, was := range o.tracks {
			if was.Participant == p.Sid && !was.Gone && !published[id] {
				was.Gone, was.Muted = true, false
				changes = o.change(changes, p.Identity, o.tracks, id, was)
				delete(o.tracks, id)
				delete(o.encrypted, id)
			}
		}
		if gone {
			left = append(left, p.Sid)
			delete(o.participants, p.Sid)
		}
	}
	return changes, left
}

func (o *roster) change(changes []entry, identity string, known map[string]entry, id string, e entry) []entry {
	if before, ok := known[id]; ok && before == e || o.entries[identity] >= maxEntriesEach {
		return changes
	}
	known[id] = e
	o.entries[identity]++
	return append(changes, e)
}

func newTrackEntry(participant string, info *livekit.TrackInfo) entry {
	return entry{Event: eventTrack, Track: info.Sid, Participant: participant, Muted: info.Muted, Codec: codecName(info.MimeType),
		Source: sourceOf(info)}
}

// codecName is the name of a codec by its MIME type.
func codecName(mime string) string {
	_, name, _ := strings.Cut(strings.ToLower(mime), "/")
	if name == "red" { // Opus with redundancy, which the recorder receives without
		return "opus"
	}
	return name
}

// The sources of tracks.
const (
	SourceCamera      = "camera"
	SourceMicrophone  = "microphone"
	SourceScreen      = "screen"
	SourceScreenAudio = "screen_audio"
)

func sourceOf(info *livekit.TrackInfo) string {
	switch {
	case info.Source == livekit.TrackSource_SCREEN_SHARE:
		return SourceScreen
	case info.Source == livekit.TrackSource_SCREEN_SHARE_AUDIO:
		return SourceScreenAudio
	case info.Type == livekit.TrackType_AUDIO:
		return SourceMicrophone
	}
	return SourceCamera
}

// identify returns whose track it is. It may not be announced yet.
func (o *roster) identify(track, participant string) (id trackID, encrypted bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return trackID{track: track, participant: participant, identity: o.participants[participant].Identity,
		source: o.tracks[track].Source}, o.encrypted[track]
}
