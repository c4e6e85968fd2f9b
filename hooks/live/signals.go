package live

import (
	"encoding/binary"
	"errors"
	"io"
	"net/http"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// maxSignal is what a browser may say to the media server at once, in bytes; an answer in a full room is some 100 KB.
const maxSignal = 4 << 20

var errSignals = errors.New("this is not how a browser of ours speaks with the media server")

// signals is the media server's end of a browser's signalling. What is written to it is read before it goes on, message
// by message: the media server keeps one in memory however long it is, and at some that lack what it counts on it ends
// the whole program.
type signals struct {
	io.ReadWriteCloser
	answers bool // the browser is sent offers, so that it answers some

	held  []byte // what has not gone on yet
	read  int    // of that, in whole frames
	said  []byte // by the frames of a message that is not whole yet
	midst bool   // of a message
}

// listenIn puts signals in the way of a connection that was just made.
func listenIn(r *http.Response) error {
	connection, ok := r.Body.(io.ReadWriteCloser)
	if r.StatusCode != http.StatusSwitchingProtocols || !ok {
		return nil
	}
	// With a join request there is one connection for media, for which the browser makes the offers; a connection that is
	// taken up again may be of that kind.
	query := r.Request.URL.Query()
	r.Body = &signals{ReadWriteCloser: connection, answers: !query.Has("join_request") && !query.Has("reconnect")}
	return nil
}

// Write takes what the browser sent, and hands on what of it makes whole messages.
func (s *signals) Write(sent []byte) (int, error) {
	s.held = append(s.held, sent...)
	for {
		f, whole, err := cut(s.held[s.read:])
		switch {
		case err != nil:
			return 0, err
		case !whole && len(s.held) > maxSignal:
			return 0, errSignals
		case !whole:
			return len(sent), nil
		}
		if err := s.take(f); err != nil {
			return 0, err
		}
	}
}

// take takes the next frame of what is held.
func (s *signals) take(f frame) error {
	s.read += f.size
	goOn := true
	if !f.control() {
		s.said = append(s.said, f.body...)
		if s.midst = !f.last; f.last {
			goOn, s.said = s.sound(s.said), nil
		}
	}
	if s.midst {
		return nil
	}
	whole := s.held[:s.read]
	s.held, s.read = s.held[s.read:], 0
	if !goOn {
		return nil
	}
	_, err := s.ReadWriteCloser.Write(whole)
	return err
}

// sound reports whether the media server can be shown a message.
func (s *signals) sound(message []byte) bool {
	request := &livekit.SignalRequest{}
	if proto.Unmarshal(message, request) != nil {
		return false
	}
	switch said := request.Message.(type) {
	case *livekit.SignalRequest_SyncState:
		return said.SyncState.Subscription != nil
	case *livekit.SignalRequest_Answer:
		return s.answers
	case *livekit.SignalRequest_Simulate: // for tests of LiveKit's own
		return false
	}
	return true
}

// frame is a part of what a browser sends over a WebSocket (RFC 6455).
type frame struct {
	kind byte
	last bool // of its message
	body []byte
	size int // of all of it
}

const (
	textFrame    = 1
	firstControl = 8
)

func (f frame) control() bool { return f.kind >= firstControl }

// cut reads the frame with which the bytes begin; whole is false if there is more of it to come. Only what is masked,
// as browsers must, and neither text nor compressed is one.
func cut(bytes []byte) (f frame, whole bool, err error) {
	if len(bytes) < 2 {
		return f, false, nil
	}
	f.kind, f.last = bytes[0]&0x0f, bytes[0]&0x80 != 0
	if bytes[0]&0x70 != 0 || bytes[1]&0x80 == 0 || f.kind == textFrame {
		return f, false, errSignals
	}
	length, head := uint64(bytes[1]&0x7f), 2
	switch {
	case length == 126 && len(bytes) >= 4:
		length, head = uint64(binary.BigEndian.Uint16(bytes[2:])), 4
	case length == 127 && len(bytes) >= 10:
		length, head = binary.BigEndian.Uint64(bytes[2:]), 10
	case length > 125:
		return f, false, nil
	}
	if length > maxSignal {
		return f, false, errSignals
	}
	body := head + 4
	f.size = body + int(length)
	if len(bytes) < f.size {
		return f, false, nil
	}
	mask := bytes[head:body]
	f.body = make([]byte, length)
	for i, b := range bytes[body:f.size] {
		f.body[i] = b ^ mask[i%4]
	}
	return f, true, nil
}
