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

var errBadSignal = errors.New("this is not how a browser of ours speaks with the media server")

// signalFilter is the media server's end of a browser's signalling. What is written to it is read before it goes on, message
// by message: the media server keeps one in memory however long it is, and at some that lack what it counts on it ends
// the whole program.
type signalFilter struct {
	io.ReadWriteCloser
	allowsAnswers bool // the browser is sent offers, so that it answers some

	buffer    []byte // what has not gone on yet
	parsed    int    // of that, in whole frames
	message   []byte // by the frames of a message that is not whole yet
	inMessage bool   // of a message
}

// inspectSignals puts signals in the way of a connection that was just made.
func inspectSignals(r *http.Response) error {
	connection, ok := r.Body.(io.ReadWriteCloser)
	if r.StatusCode != http.StatusSwitchingProtocols || !ok {
		return nil
	}
	// With a join request there is one connection for media, for which the browser makes the offers; a connection that is
	// taken up again may be of that kind.
	query := r.Request.URL.Query()
	r.Body = &signalFilter{ReadWriteCloser: connection, allowsAnswers: !query.Has("join_request") && !query.Has("reconnect")}
	return nil
}

// Write takes what the browser sent, and hands on what of it makes whole messages.
func (s *signalFilter) Write(sent []byte) (int, error) {
	s.buffer = append(s.buffer, sent...)
	for {
		f, whole, err := parseFrame(s.buffer[s.parsed:])
		switch {
		case err != nil:
			return 0, err
		case !whole && len(s.buffer) > maxSignal:
			return 0, errBadSignal
		case !whole:
			return len(sent), nil
		}
		if err := s.handleFrame(f); err != nil {
			return 0, err
		}
	}
}

// handleFrame takes the next frame of what is held.
func (s *signalFilter) handleFrame(f frame) error {
	s.parsed += f.size
	goOn := true
	if !f.isControl() {
		s.message = append(s.message, f.body...)
		if s.inMessage = !f.final; f.final {
			goOn, s.message = s.isSafe(s.message), nil
		}
	}
	if s.inMessage {
		return nil
	}
	whole := s.buffer[:s.parsed]
	s.buffer, s.parsed = s.buffer[s.parsed:], 0
	if !goOn {
		return nil
	}
	_, err := s.ReadWriteCloser.Write(whole)
	return err
}

// isSafe reports whether the media server can be shown a message.
func (s *signalFilter) isSafe(message []byte) bool {
	request := &livekit.SignalRequest{}
	if proto.Unmarshal(message, request) != nil {
		return false
	}
	switch said := request.Message.(type) {
	case *livekit.SignalRequest_SyncState:
		return said.SyncState.Subscription != nil
	case *livekit.SignalRequest_Answer:
		return s.allowsAnswers
	case *livekit.SignalRequest_Simulate: // for tests of LiveKit's own
		return false
	}
	return true
}

// frame is a part of what a browser sends over a WebSocket (RFC 6455).
type frame struct {
	opcode byte
	final  bool // of its message
	body   []byte
	size   int // of all of it
}

const (
	textOpcode         = 1
	firstControlOpcode = 8
)

func (f frame) isControl() bool { return f.opcode >= firstControlOpcode }

// parseFrame reads the frame with which the bytes begin; whole is false if there is more of it to come. Only what is masked,
// as browsers must, and neither text nor compressed is one.
func parseFrame(bytes []byte) (f frame, whole bool, err error) {
	if len(bytes) < 2 {
		return f, false, nil
	}
	f.opcode, f.final = bytes[0]&0x0f, bytes[0]&0x80 != 0
	if bytes[0]&0x70 != 0 || bytes[1]&0x80 == 0 || f.opcode == textOpcode {
		return f, false, errBadSignal
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
		return f, false, errBadSignal
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
