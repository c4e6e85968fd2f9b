package live_test

import (
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"usher/hooks/live"
	"usher/hooks/live/livetest"
)

// A page that was rewritten asks for more than it was given: the media server says no, whatever it is called.
func TestNobodySendsWhatHisPassDoesNotLetHim(t *testing.T) {
	h := open(t)
	livetest.Start(t, h.app)
	const camera, microphone, screen, sound = livekit.TrackSource_CAMERA, livekit.TrackSource_MICROPHONE, livekit.TrackSource_SCREEN_SHARE, livekit.TrackSource_SCREEN_SHARE_AUDIO
	for who, c := range map[string]struct {
		grant live.Grant
		may   map[livekit.TrackSource]bool
	}{
		"attendee":  {live.Grant{Publish: true}, map[livekit.TrackSource]bool{camera: true, microphone: true}},
		"presenter": {live.Grant{Publish: true, Screen: true}, map[livekit.TrackSource]bool{camera: true, microphone: true, screen: true, sound: true}},
		"nobody":    {live.Grant{}, nil},
	} {
		c.grant.Room, c.grant.Identity = "room", who
		pass, err := live.Token(h.app, c.grant)
		must(t, err)
		visitor := livetest.Enter(t, pass)
		for _, source := range []livekit.TrackSource{camera, microphone, screen, sound, livekit.TrackSource_UNKNOWN} {
			if got := taken(t, visitor, source); got != c.may[source] {
				t.Errorf("%s: %s is taken: %v", who, source, got)
			}
		}
	}
}

// taken reports whether the media server takes such a track.
func taken(t *testing.T, visitor *livetest.Visitor, source livekit.TrackSource) bool {
	t.Helper()
	kind := livekit.TrackType_VIDEO
	if source == livekit.TrackSource_MICROPHONE || source == livekit.TrackSource_SCREEN_SHARE_AUDIO {
		kind = livekit.TrackType_AUDIO
	}
	must(t, visitor.Say(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{
		AddTrack: &livekit.AddTrackRequest{Cid: source.String(), Type: kind, Source: source}}}))
	for deadline := time.Now().Add(5 * time.Second); ; {
		message, err := visitor.Next(time.Until(deadline))
		must(t, err)
		if track := message.GetTrackPublished(); track != nil && track.Cid == source.String() {
			return true
		}
		if no := message.GetRequestResponse(); no.GetReason() == livekit.RequestResponse_NOT_ALLOWED && no.GetAddTrack().GetCid() == source.String() {
			return false
		}
	}
}
