package live

import (
	"encoding/binary"
	"errors"
	"io"
	"net/http"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// maxSignal is the maximum size of a message to the media server in bytes; an answer in a full room has about 100 KB.
const maxSignal = 4 << 20

var errBadSignal = errors.New("unexpected signalling message")

// signalFilter is the media server's end of a browser's signalling connection. It reads messages before forwarding them, because
// the media server buffers messages of any size, and simulates events for every participant.
type signalFilter struct {
	io.ReadWriteCloser

	buffer    []byte // not forwarded yet
	parsed    int    // bytes of complete frames in buffer
	message   []byte // frames of an incomplete message
	inMessage bool   // within a message
}

// inspectSignals puts a signalFilter into a new connection.
func inspectSignals(r *http.Response) error {
	connection, ok := r.Body.(io.ReadWriteCloser)
	if r.StatusCode != http.StatusSwitchingProtocols || !ok {
		return nil
	}
	r.Body = &signalFilter{ReadWriteCloser: connection}
	return nil
}

// Write buffers data from the browser and forwards complete messages.
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

// handleFrame handles the next buffered frame.
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

// isSafe reports whether a message can be forwarded to the media server. Simulations are for LiveKit's own tests.
func (s *signalFilter) isSafe(message []byte) bool {
	request := &livekit.SignalRequest{}
	return proto.Unmarshal(message, request) == nil && request.GetSimulate() == nil
}

// frame is a WebSocket frame of a browser (RFC 6455).
type frame struct {
	opcode byte
	final  bool // last frame of its message
	body   []byte
	size   int // total size
}

const (
	textOpcode         = 1
	firstControlOpcode = 8
)

func (f frame) isControl() bool { return f.opcode >= firstControlOpcode }

// parseFrame parses the frame at the start of the bytes; whole is false if it is incomplete. It only accepts masked frames, as
// from browsers, that are neither text nor compressed.
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
