package recorder

import (
	"slices"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
)

func (g *rig) announced(who string, state livekit.ParticipantInfo_State, tracks ...*livekit.TrackInfo) {
	g.announce([]*livekit.ParticipantInfo{{Sid: "PA_" + who, Identity: who, Name: who, State: state, Tracks: tracks}})
}

func TestAnnounce_TracksThatAreNotRecorded_AreSkipped(t *testing.T) {
	g := newRig(t, nil)
	const in = livekit.ParticipantInfo_ACTIVE
	g.announced("ada", in,
		&livekit.TrackInfo{Sid: "TR_1", Source: livekit.TrackSource_CAMERA, Type: livekit.TrackType_VIDEO, MimeType: "video/H264"},
		&livekit.TrackInfo{Sid: "TR_2", Source: livekit.TrackSource_MICROPHONE, Type: livekit.TrackType_AUDIO, MimeType: "audio/red"},
		&livekit.TrackInfo{Sid: "TR_3", Source: livekit.TrackSource_SCREEN_SHARE, Type: livekit.TrackType_VIDEO, MimeType: "video/VP8", Encryption: livekit.Encryption_GCM})
	for track, want := range map[string]bool{"TR_1": false, "TR_2": false, "TR_3": true} {
		if id, encrypted := g.roster.identify(track, "PA_ada"); encrypted != want || id.identity != "ada" {
			t.Errorf("%s: got %+v, encrypted: %v, want %v", track, id, encrypted, want)
		}
	}
	m := g.finish()
	want := []Skipped{{"ada", SourceCamera, "h264", SkippedCodec}}
	if !slices.Equal(m.Skipped, want) {
		t.Errorf("got %+v, want %+v", m.Skipped, want)
	}
}

// A participant who changes what they announce again and again can't fill the journal.
func TestAnnounce_EntriesOfAParticipant_AreLimited(t *testing.T) {
	g := newRig(t, nil)
	for n := range 2 * maxEntriesEach {
		g.announced("eve", livekit.ParticipantInfo_ACTIVE, &livekit.TrackInfo{Sid: "TR_1", Muted: n%2 == 0})
		g.clock.Add(int64(time.Millisecond))
	}
	if bytes := g.Bytes(); bytes > 200*maxEntriesEach {
		t.Errorf("got %d bytes, want at most %d", bytes, 200*maxEntriesEach)
	}
	g.announced("ada", livekit.ParticipantInfo_ACTIVE)
	g.announced("bob", livekit.ParticipantInfo_ACTIVE)
	g.advance(time.Second)
	g.announced("bob", livekit.ParticipantInfo_DISCONNECTED)
	g.advance(time.Second)
	stays := map[string][]Interval{}
	for _, who := range g.finish().Participants {
		stays[who.ID] = who.Stays
	}
	for who, want := range map[string]int64{"eve": 12_000, "ada": 2000, "bob": 1000} {
		if got := stays[who]; len(got) != 1 || got[0].To-got[0].From != want {
			t.Errorf("%s: got %v, want %d ms", who, got, want)
		}
	}
}
