package livetest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"usher/hooks/live"
)

// MediaClient is a participant with media: it sends data that looks like VP8 to the media server, and receives what others send.
type MediaClient struct {
	*Client
	Received     atomic.Int64  // packets received
	Phase        float64       // offset of its frames within a frame interval, from 0 to 1
	Disconnected chan struct{} // closed when the media server ends the connection

	publisher, subscriber *webrtc.PeerConnection
	mu                    sync.Mutex
	connected             chan struct{} // closed when media is received
	published             chan *livekit.TrackInfo
	ctx                   context.Context
	stop                  context.CancelFunc
}

// ConnectMedia connects a participant and returns when media flows. It disconnects with the test.
func ConnectMedia(t testing.TB, pass live.Credentials) *MediaClient {
	t.Helper()
	s := &MediaClient{Client: MustConnect(t, pass), connected: make(chan struct{}), Disconnected: make(chan struct{}), published: make(chan *livekit.TrackInfo, 4)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	var err error
	if s.publisher, err = newPeerConnection(); err == nil {
		s.subscriber, err = newPeerConnection()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.HangUp)
	s.trickle(s.publisher, livekit.SignalTarget_PUBLISHER)
	s.trickle(s.subscriber, livekit.SignalTarget_SUBSCRIBER)
	s.subscriber.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			s.Received.Add(1)
		}
	})
	flow := sync.OnceFunc(func() { close(s.connected) })
	s.subscriber.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			flow()
		}
	})
	go s.listen()
	select {
	case <-s.connected:
	case <-s.Disconnected: // disconnected immediately, which the caller may expect
	case <-time.After(10 * time.Second):
		t.Fatal("no media received")
	}
	return s
}

// HangUp closes the connection.
func (s *MediaClient) HangUp() {
	s.stop()
	s.mu.Lock()
	s.Leave()
	s.mu.Unlock()
	_ = s.publisher.Close()
	_ = s.subscriber.Close()
}

// newPeerConnection is a peer connection for this machine only.
func newPeerConnection() (*webrtc.PeerConnection, error) {
	var engine webrtc.SettingEngine
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	engine.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() && ip.To4() != nil })
	var codecs webrtc.MediaEngine
	if err := codecs.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	var interceptors interceptor.Registry
	if err := webrtc.ConfigureNack(&codecs, &interceptors); err != nil {
		return nil, err
	}
	if err := webrtc.ConfigureTWCCSender(&codecs, &interceptors); err != nil {
		return nil, err
	}
	reports, err := report.NewReceiverInterceptor()
	if err != nil {
		return nil, err
	}
	interceptors.Add(reports) // no sender reports: those of a Publication are the test's
	return webrtc.NewAPI(webrtc.WithSettingEngine(engine), webrtc.WithMediaEngine(&codecs), webrtc.WithInterceptorRegistry(&interceptors)).
		NewPeerConnection(webrtc.Configuration{})
}

func (s *MediaClient) sendSignal(request *livekit.SignalRequest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.WriteSignal(request)
}

func (s *MediaClient) trickle(connection *webrtc.PeerConnection, target livekit.SignalTarget) {
	connection.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			return
		}
		if init, err := json.Marshal(c.ToJSON()); err == nil {
			_ = s.sendSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Trickle{Trickle: &livekit.TrickleRequest{CandidateInit: string(init), Target: target}}})
		}
	})
}

// listen handles messages of the media server until it closes the connection.
func (s *MediaClient) listen() {
	early := map[livekit.SignalTarget][]webrtc.ICECandidateInit{}
	add := func(target livekit.SignalTarget) {
		connection := s.publisher
		if target == livekit.SignalTarget_SUBSCRIBER {
			connection = s.subscriber
		}
		if connection.RemoteDescription() == nil {
			return
		}
		for _, candidate := range early[target] {
			_ = connection.AddICECandidate(candidate)
		}
		early[target] = nil
	}
	defer close(s.Disconnected)
	for s.ctx.Err() == nil {
		message, err := s.ReadSignal(time.Minute)
		if err != nil {
			return
		}
		switch m := message.Message.(type) {
		case *livekit.SignalResponse_Leave:
			return
		case *livekit.SignalResponse_Offer:
			if err := s.answer(m.Offer); err != nil {
				fmt.Println("livetest: answer an offer:", err)
			}
			add(livekit.SignalTarget_SUBSCRIBER)
		case *livekit.SignalResponse_Answer:
			_ = s.publisher.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.Answer.Sdp})
			add(livekit.SignalTarget_PUBLISHER)
		case *livekit.SignalResponse_Trickle:
			var candidate webrtc.ICECandidateInit
			if json.Unmarshal([]byte(m.Trickle.CandidateInit), &candidate) == nil {
				early[m.Trickle.Target] = append(early[m.Trickle.Target], candidate)
				add(m.Trickle.Target)
			}
		case *livekit.SignalResponse_TrackPublished:
			s.published <- m.TrackPublished.Track
		}
	}
}

func (s *MediaClient) answer(offer *livekit.SessionDescription) error {
	if err := s.subscriber.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.Sdp}); err != nil {
		return err
	}
	answer, err := s.subscriber.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := s.subscriber.SetLocalDescription(answer); err != nil {
		return err
	}
	return s.sendSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{
		Answer: &livekit.SessionDescription{Type: "answer", Sdp: answer.SDP, Id: offer.Id}}})
}

// PublishVideo publishes a camera track of that size, frame rate and bitrate until the connection is closed.
func (s *MediaClient) PublishVideo(t testing.TB, width, height, fps, bits int) {
	t.Helper()
	name := fmt.Sprintf("camera@%d", fps)
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, name, "stream")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.publisher.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		t.Fatal(err)
	}
	if err := s.sendSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: &livekit.AddTrackRequest{
		Cid: name, Name: name, Type: livekit.TrackType_VIDEO, Source: livekit.TrackSource_CAMERA, Width: uint32(width), Height: uint32(height),
		Layers: []*livekit.VideoLayer{{Quality: livekit.VideoQuality_HIGH, Width: uint32(width), Height: uint32(height), Bitrate: uint32(bits)}},
	}}}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.published:
	case <-time.After(5 * time.Second):
		t.Fatal("the track wasn't published")
	}
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
	go s.writeFrames(track, width, height, fps, bits)
}

// writeFrames writes frames with VP8 headers, with a key frame every second.
func (s *MediaClient) writeFrames(track *webrtc.TrackLocalStaticSample, width, height, fps, bits int) {
	every := time.Second / time.Duration(fps)
	time.Sleep(time.Until(time.Now().Truncate(every).Add(every + time.Duration(s.Phase*float64(every)))))
	tick := time.NewTicker(every)
	defer tick.Stop()
	frame := make([]byte, bits/8/fps)
	for n := 0; ; n++ {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		frame[0] = 0x11 // an inter frame
		if n%fps == 0 {
			copy(frame, []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, byte(width), byte(width >> 8), byte(height), byte(height >> 8)})
		}
		if track.WriteSample(media.Sample{Data: frame, Duration: every}) != nil {
			return
		}
	}
}
