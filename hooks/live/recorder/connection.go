package recorder

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"usher/hooks/tools/webm"
)

// connection is a client and the tracks that it receives.
type connection struct {
	*client
	recording *Recording

	mu      sync.Mutex
	closed  bool
	readers sync.WaitGroup
}

// connect joins the room.
func (r *Recording) connect() (*connection, error) {
	url, token, err := r.options.Credentials()
	if err != nil {
		return nil, err
	}
	c := &connection{recording: r}
	c.mu.Lock() // tracks wait until the client is known
	defer c.mu.Unlock()
	if c.client, err = dial(r.ctx, url, token, c.onTrack); err != nil {
		return nil, fmt.Errorf("join a room to record it: %w", err)
	}
	return c, nil
}

// record records by that connection, and by others when it is lost, until the recording ends.
func (r *Recording) record(c *connection) {
	for {
		err := c.receive()
		if r.ctx.Err() != nil {
			return
		}
		_ = r.journal.add(entry{Event: eventLost, Reason: err.Error()})
		if errors.Is(err, ErrRoomClosed) || errors.Is(err, ErrRemoved) {
			r.fail(err)
			return
		}
		r.log.Warn("a recorder lost its connection", "error", err)
		if c = r.reconnect(err); c == nil {
			return
		}
	}
}

// reconnect tries to join again, each time after a longer pause. It returns nil if the recording has ended.
func (r *Recording) reconnect(why error) *connection {
	began := r.options.now()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		select {
		case <-r.ctx.Done():
			return nil
		case <-time.After(pause):
		}
		c, err := r.connect()
		if err == nil {
			return c
		}
		if r.options.now().Sub(began) > rejoinFor {
			r.fail(fmt.Errorf("%w: %w", ErrDisconnected, errors.Join(why, err)))
			return nil
		}
	}
}

// receive receives until the connection ends, and returns why.
func (c *connection) receive() error {
	r := c.recording
	r.roster.begin()
	_ = r.journal.add(entry{Event: eventJoined})
	r.announce(c.joined.OtherParticipants)
	err := errPanicked
	r.guard("signals", func() { err = c.run(r.ctx, r.onSignal) })
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.close()
	c.readers.Wait()
	return err
}

func (r *Recording) onSignal(message *livekit.SignalResponse) {
	if m := message.GetUpdate(); m != nil {
		r.announce(m.Participants)
	}
}

// announce notes who is in the room and what they publish.
func (r *Recording) announce(list []*livekit.ParticipantInfo) {
	changes, left := r.roster.update(list)
	for _, e := range changes {
		_ = r.journal.add(e)
	}
	for _, participant := range left {
		r.clocks.forget(participant)
	}
}

// onTrack records a track until it ends.
func (c *connection) onTrack(_ *client, remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.recording.guard("track", func() {
		if t := c.accept(remote); t != nil {
			c.readers.Go(func() { c.readMedia(t, remote) })
			c.readers.Go(func() { c.readReports(t, remote, receiver) })
		}
	})
}

// recorded are the codecs that are recorded, by MIME type in lower case.
var recorded = map[string]webm.Codec{"video/vp8": webm.VP8, "video/vp9": webm.VP9, "audio/opus": webm.Opus}

// accept begins a track, or refuses it and returns nil.
func (c *connection) accept(remote *webrtc.TrackRemote) *track {
	r := c.recording
	participant, _, _ := strings.Cut(remote.StreamID(), "|")
	id, encrypted := r.roster.identify(remote.ID(), participant)
	codec, known := recorded[strings.ToLower(remote.Codec().MimeType)]
	r.mu.Lock()
	full := len(r.tracks) >= maxTracks
	r.mu.Unlock()
	reason := ""
	switch {
	case !known:
		reason = SkippedCodec
	case encrypted:
		reason = SkippedEncrypted
	case full:
		reason = SkippedLimit
	}
	if reason != "" {
		_ = r.journal.add(entry{Event: eventSkipped, Track: id.track, Participant: id.participant, Source: id.source,
			Codec: codecName(remote.Codec().MimeType), Reason: reason})
		c.refuse(id.track)
		return nil
	}
	c.wantBest(id.track)
	stream := uint32(remote.SSRC())
	t := r.newTrack(id, codec, int(remote.Codec().ClockRate), func() {
		_ = c.peer.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: stream}})
	})
	t.begin(r.options.now())
	return t
}

func (c *connection) readMedia(t *track, remote *webrtc.TrackRemote) {
	r := c.recording
	ok := r.guard("media", func() {
		for {
			packet, _, err := remote.ReadRTP()
			if err != nil {
				break
			}
			if t.receive(packet, r.options.now()) != nil {
				c.refuse(t.id.track)
				break
			}
		}
		t.end(r.options.now())
	})
	if !ok {
		t.abandon()
	}
}

func (c *connection) readReports(t *track, remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	c.recording.guard("reports", func() {
		for {
			packets, _, err := receiver.ReadRTCP()
			if err != nil {
				return
			}
			for _, packet := range packets {
				if report, ok := packet.(*rtcp.SenderReport); ok && report.SSRC == uint32(remote.SSRC()) {
					t.report(report.NTPTime, report.RTPTime, c.recording.options.now())
				}
			}
		}
	})
}
