package live_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pocketbase/pocketbase/core"
	"google.golang.org/protobuf/proto"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
)

// A modified page requests more than its grant: the media server refuses it, whatever the name of the track.
func TestIssueToken_LimitsPublishSources(t *testing.T) {
	h := newFixture(t)
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
		pass, err := live.IssueToken(h.app, c.grant)
		must(t, err)
		visitor := livetest.MustConnect(t, pass)
		for _, source := range []livekit.TrackSource{camera, microphone, screen, sound, livekit.TrackSource_UNKNOWN} {
			if got := acceptsTrack(t, visitor, source); got != c.may[source] {
				t.Errorf("%s: %s is taken: %v, want %v", who, source, got, c.may[source])
			}
		}
	}
}

// acceptsTrack reports whether the media server accepts such a track.
func acceptsTrack(t *testing.T, visitor *livetest.Client, source livekit.TrackSource) bool {
	t.Helper()
	kind := livekit.TrackType_VIDEO
	if source == livekit.TrackSource_MICROPHONE || source == livekit.TrackSource_SCREEN_SHARE_AUDIO {
		kind = livekit.TrackType_AUDIO
	}
	must(t, visitor.WriteSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{
		AddTrack: &livekit.AddTrackRequest{Cid: source.String(), Type: kind, Source: source}}}))
	for deadline := time.Now().Add(5 * time.Second); ; {
		message, err := visitor.ReadSignal(time.Until(deadline))
		must(t, err)
		if track := message.GetTrackPublished(); track != nil && track.Cid == source.String() {
			return true
		}
		if no := message.GetRequestResponse(); no.GetReason() == livekit.RequestResponse_NOT_ALLOWED && no.GetAddTrack().GetCid() == source.String() {
			return false
		}
	}
}

// Pages read in the metadata who is host.
func TestIssueToken_ForbidsOwnMetadata(t *testing.T) {
	h := newFixture(t)
	livetest.Start(t, h.app)
	pass := h.token("room", "ada")
	visitor := livetest.MustConnect(t, pass)
	must(t, visitor.WriteSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_UpdateMetadata{UpdateMetadata: &livekit.UpdateParticipantMetadata{
		Name: "Host", Metadata: `{"part":"host"}`, Attributes: map[string]string{"part": "host"}, RequestId: 1}}}))
	for deadline := time.Now().Add(5 * time.Second); ; {
		message, err := visitor.ReadSignal(time.Until(deadline))
		must(t, err)
		if answer := message.GetRequestResponse(); answer != nil {
			if answer.Reason != livekit.RequestResponse_NOT_ALLOWED {
				t.Errorf("got the answer %s, want %v", answer.Reason, livekit.RequestResponse_NOT_ALLOWED)
			}
			break
		}
	}
	join, err := proto.Marshal(&livekit.JoinRequest{ClientInfo: &livekit.ClientInfo{}, Metadata: `{"part":"host"}`})
	must(t, err)
	wrapped, err := proto.Marshal(&livekit.WrappedJoinRequest{JoinRequest: join})
	must(t, err)
	for what, query := range map[string]string{
		"attributes in the address": "/rtc?protocol=15&attributes=" + base64.URLEncoding.EncodeToString([]byte(`{"part":"host"}`)),
		"metadata on the way in":    "/rtc/v1?join_request=" + base64.URLEncoding.EncodeToString(wrapped),
	} {
		if visitor, err := livetest.Dial(pass.URL+query, pass.Token); err == nil {
			t.Errorf("with %s: got a connection, want none: %+v", what, visitor.JoinResponse.Participant)
		}
	}
	people, err := live.ListParticipants(h.app, "room")
	must(t, err)
	if len(people) != 1 || people[0].Name != "ADA" {
		t.Errorf("in the room: %+v, want 1 and %q", people, "ADA")
	}
}

// Participants don't see the recorder, and it appears in no list.
func TestRecorderCredentials_AreHidden(t *testing.T) {
	h := newFixture(t)
	livetest.Start(t, h.app)
	must(t, live.OpenRoom(h.app, "room"))
	url, token, err := live.RecorderCredentials(h.app, "room")
	must(t, err)
	recorder := livetest.MustConnect(t, live.Credentials{URL: strings.Replace(url, "http", "ws", 1), Token: token})
	if acceptsTrack(t, recorder, livekit.TrackSource_CAMERA) {
		t.Error("the recorder can publish a track")
	}
	ada := livetest.MustConnect(t, h.token("room", "ada"))
	if others := ada.JoinResponse.OtherParticipants; len(others) != 0 || !ada.JoinResponse.Room.ActiveRecording {
		t.Errorf("got %d others, recording: %v, want none, recording", len(others), ada.JoinResponse.Room.ActiveRecording)
	}
	people, err := live.ListParticipants(h.app, "room")
	if err != nil || len(people) != 1 || people[0].Identity != "ada" {
		t.Errorf("got %+v, %v, want ada only", people, err)
	}
}

func TestReceive_ReportOnRecorder_IsIgnored(t *testing.T) {
	config := hookstest.Config()
	config.LiveURL, config.LiveKey, config.LiveSecret = "wss://live.invalid", "key", "a-secret-of-thirty-two-characters"
	app := hookstest.NewAppWith(t, config)
	received := 0
	live.OnReport(app, func(core.App, live.Report) error {
		received++
		return nil
	})
	for kind, want := range map[livekit.ParticipantInfo_Kind]int{livekit.ParticipantInfo_STANDARD: 1, livekit.ParticipantInfo_EGRESS: 0} {
		received = 0
		must(t, live.Receive(app, livetest.NewSignedRequest(t, live.ReportPath, config.LiveKey, config.LiveSecret, &livekit.WebhookEvent{
			Id: "EV_" + kind.String(), Event: live.EventJoined, Room: &livekit.Room{Name: "room"}, Participant: &livekit.ParticipantInfo{Identity: "x", Kind: kind}})))
		if received != want {
			t.Errorf("%s: got %d reports, want %d", kind, received, want)
		}
	}
}
