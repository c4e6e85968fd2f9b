package recorder_test

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"usher/hooks/live/livetest"
)

// sender sends numbered frames of a track, whose captures are in step with its report.
type sender struct {
	*livetest.Publication
	clock func() time.Time // the participant's
	every time.Duration
	rate  int64
	delay time.Duration // from capture to sending
	frame func(number uint32, key bool) []byte

	mu    sync.Mutex
	muted bool
	stop  context.CancelFunc
	done  chan struct{}
}

// sendCamera sends a camera in VP8, 25 pictures a second, with a key frame each second and when it is asked for one.
func sendCamera(t testing.TB, client *livetest.MediaClient, source livekit.TrackSource) *sender {
	t.Helper()
	return startSender(t, &sender{Publication: client.Publish(t, webrtc.MimeTypeVP8, source), clock: time.Now, every: 40 * time.Millisecond, rate: 90_000, frame: vp8Packet})
}

// vp8Packet is a picture of 640x360 in one packet.
func vp8Packet(number uint32, key bool) []byte {
	packet := []byte{0x10, 0x11, 0, 0}
	if key {
		packet = []byte{0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 640 & 0xff, 640 >> 8, 360 & 0xff, 360 >> 8}
	}
	return append(binary.BigEndian.AppendUint32(packet, number), make([]byte, 200)...)
}

// sendMicrophone sends a microphone in Opus.
func sendMicrophone(t testing.TB, client *livetest.MediaClient) *sender {
	t.Helper()
	return startSender(t, &sender{Publication: client.Publish(t, webrtc.MimeTypeOpus, livekit.TrackSource_MICROPHONE), clock: time.Now, every: 20 * time.Millisecond, rate: 48_000,
		frame: opusPacket})
}

// opusPacket is 20 ms of sound.
func opusPacket(number uint32, _ bool) []byte {
	return binary.BigEndian.AppendUint32([]byte{0xfc}, number)
}

func startSender(t testing.TB, s *sender) *sender {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s.stop, s.done = cancel, make(chan struct{})
	go s.run(ctx)
	t.Cleanup(s.end)
	return s
}

func (s *sender) end() {
	s.stop()
	<-s.done
}

func (s *sender) pause(paused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.muted = paused
}

// stampAt is the timestamp of what is captured at that time of the participant's clock.
func (s *sender) stampAt(at time.Time) uint32 {
	return uint32(at.UnixMicro() * s.rate / 1_000_000)
}

// run sends. Frame n is captured at n times every of the participant's clock, so that the numbers of all senders agree.
func (s *sender) run(ctx context.Context) {
	defer close(s.done)
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	next := s.clock().Add(-s.delay).UnixNano()/int64(s.every) + 1
	requests := s.KeyFrameRequests.Load()
	var number uint16
	var reported time.Time
	first := true
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		s.mu.Lock()
		muted := s.muted
		s.mu.Unlock()
		for ; !s.clock().Before(time.Unix(0, next*int64(s.every)).Add(s.delay)); next++ {
			if muted {
				first = true
				continue
			}
			asked := s.KeyFrameRequests.Load()
			key := first || asked != requests || next%25 == 0
			requests, first = asked, false
			number++
			_ = s.Send(&rtp.Packet{Header: rtp.Header{Version: 2, Marker: true, SequenceNumber: number,
				Timestamp: s.stampAt(time.Unix(0, next*int64(s.every)))}, Payload: s.frame(uint32(next), key)})
		}
		if now := s.clock(); now.Sub(reported) > time.Second && number > 0 {
			reported = now
			_ = s.Report(now, s.stampAt(now))
		}
	}
}
