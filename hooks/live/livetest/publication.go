package livetest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Publication is a track whose packets the test sends.
type Publication struct {
	SID              string
	KeyFrameRequests atomic.Int64

	client *MediaClient
	track  *webrtc.TrackLocalStaticRTP
	sender *webrtc.RTPSender
}

// Publish publishes a track with that codec. The packets of the test need sequence numbers and timestamps only.
func (s *MediaClient) Publish(t testing.TB, mime string, source livekit.TrackSource) *Publication {
	t.Helper()
	name := source.String() + time.Now().Format("150405.000000000")
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, name, "stream")
	if err != nil {
		t.Fatal(err)
	}
	transceiver, err := s.publisher.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		t.Fatal(err)
	}
	request := &livekit.AddTrackRequest{Cid: name, Name: name, Type: livekit.TrackType_VIDEO, Source: source, Width: 640, Height: 360}
	if track.Kind() == webrtc.RTPCodecTypeAudio {
		request = &livekit.AddTrackRequest{Cid: name, Name: name, Type: livekit.TrackType_AUDIO, Source: source}
	}
	if err := s.sendSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: request}}); err != nil {
		t.Fatal(err)
	}
	p := &Publication{client: s, track: track, sender: transceiver.Sender()}
	select {
	case info := <-s.published:
		p.SID = info.Sid
	case <-time.After(10 * time.Second):
		t.Fatal("the track wasn't published")
	}
	s.negotiate(t)
	go p.readRequests()
	return p
}

// negotiate offers the tracks to the media server, and returns when it has answered.
func (s *MediaClient) negotiate(t testing.TB) {
	t.Helper()
	offer, err := s.publisher.CreateOffer(nil)
	if err == nil {
		err = s.publisher.SetLocalDescription(offer)
	}
	if err == nil {
		err = s.sendSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Offer{Offer: &livekit.SessionDescription{Type: "offer", Sdp: offer.SDP}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); s.publisher.SignalingState() != webrtc.SignalingStateStable; <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the media server didn't answer an offer")
		}
	}
}

func (p *Publication) readRequests() {
	for {
		packets, _, err := p.sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			if _, ok := packet.(*rtcp.PictureLossIndication); ok {
				p.KeyFrameRequests.Add(1)
			}
		}
	}
}

// Send sends a packet.
func (p *Publication) Send(packet *rtp.Packet) error { return p.track.WriteRTP(packet) }

// Report sends a sender report: at that time of the participant's clock, the track was at the timestamp.
func (p *Publication) Report(at time.Time, stamp uint32) error {
	const from1900To1970 = 2_208_988_800
	return p.client.publisher.WriteRTCP([]rtcp.Packet{&rtcp.SenderReport{
		SSRC:    uint32(p.sender.GetParameters().Encodings[0].SSRC),
		NTPTime: uint64(at.Unix()+from1900To1970)<<32 | uint64(at.Nanosecond())<<32/uint64(time.Second),
		RTPTime: stamp,
	}})
}

// Mute announces that the track is muted, or isn't.
func (p *Publication) Mute(t testing.TB, muted bool) {
	t.Helper()
	if err := p.client.sendSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Mute{Mute: &livekit.MuteTrackRequest{Sid: p.SID, Muted: muted}}}); err != nil {
		t.Fatal(err)
	}
}

// Unpublish ends the track.
func (p *Publication) Unpublish(t testing.TB) {
	t.Helper()
	if err := p.client.publisher.RemoveTrack(p.sender); err != nil {
		t.Fatal(err)
	}
	p.client.negotiate(t)
}
