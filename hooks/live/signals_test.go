package live_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"usher/hooks/live"
	"usher/hooks/live/livetest"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// rawClient is a signalling connection that writes its own frames.
type rawClient struct {
	*testing.T
	net.Conn
	reader *bufio.Reader
}

// dial connects to a URL of the media server. status is 101 if it succeeds.
func dial(t *testing.T, pass live.Credentials, query, body string) (l *rawClient, status int) {
	t.Helper()
	address, err := url.Parse(strings.Replace(pass.URL, "ws", "http", 1) + query)
	must(t, err)
	connection, err := net.Dial("tcp", address.Host)
	must(t, err)
	t.Cleanup(func() { connection.Close() })
	must(t, connection.SetDeadline(time.Now().Add(patience)))
	request, err := http.NewRequest(http.MethodGet, address.String(), strings.NewReader(body))
	must(t, err)
	for name, value := range map[string]string{"Authorization": "Bearer " + pass.Token, "Connection": "Upgrade", "Upgrade": "websocket",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Extensions": "permessage-deflate",
		"Content-Type": "application/x-www-form-urlencoded"} {
		request.Header.Set(name, value)
	}
	if kind, _, ok := strings.Cut(strings.TrimPrefix(body, "--"), "\r\n"); ok {
		request.Header.Set("Content-Type", "multipart/form-data; boundary="+kind)
	}
	must(t, request.Write(connection))
	l = &rawClient{t, connection, bufio.NewReader(connection)}
	response, err := http.ReadResponse(l.reader, request)
	must(t, err)
	if response.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Error("what is said is compressed")
	}
	return l, response.StatusCode
}

// newFrame is a frame of a message: first is its first byte.
func newFrame(first byte, body []byte) []byte {
	mask := []byte{1, 2, 3, 4}
	head := []byte{first, 0x80}
	if len(body) > 0 {
		head = binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, uint64(len(body)))
	}
	head = append(head, mask...)
	for i, b := range body {
		head = append(head, b^mask[i%4])
	}
	return head
}

const (
	frameFirst, frameContinued, frameLast = 0x02, 0x00, 0x80 // of a message
	frameWhole                            = 0x82
	frameText, frameCompressed, framePing = 0x81, 0xc2, 0x89
)

func marshalSignal(t *testing.T, request *livekit.SignalRequest) []byte {
	t.Helper()
	data, err := proto.Marshal(request)
	must(t, err)
	return data
}

// probe reports whether a message is answered after the given ones; ended is that the connection was closed.
func (l *rawClient) probe(said ...[]byte) (answered, ended bool) {
	l.Helper()
	question := marshalSignal(l.T, &livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: 4711}}})
	for _, bytes := range append(said, newFrame(frameWhole, question)) {
		if _, err := l.Write(bytes); err != nil {
			return false, true
		}
	}
	must(l.T, l.SetReadDeadline(time.Now().Add(patience)))
	for {
		message, err := l.readFrame()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return false, false
		}
		if err != nil {
			return false, true
		}
		response := &livekit.SignalResponse{}
		if proto.Unmarshal(message, response) == nil && response.GetPongResp().GetLastPingTimestamp() == 4711 {
			return true, false
		}
	}
}

func (l *rawClient) readFrame() ([]byte, error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(l.reader, head); err != nil {
		return nil, err
	}
	length := int(head[1])
	if length == 126 {
		long := make([]byte, 2)
		if _, err := io.ReadFull(l.reader, long); err != nil {
			return nil, err
		}
		length = int(binary.BigEndian.Uint16(long))
	}
	body := make([]byte, length)
	_, err := io.ReadFull(l.reader, body)
	return body, err
}

// singleConnectionQuery is the query of a browser that has one media connection and makes the offers.
func singleConnectionQuery(t *testing.T) string {
	t.Helper()
	join, err := proto.Marshal(&livekit.JoinRequest{ClientInfo: &livekit.ClientInfo{Sdk: livekit.ClientInfo_JS, Protocol: 16}})
	must(t, err)
	wrapped, err := proto.Marshal(&livekit.WrappedJoinRequest{JoinRequest: join})
	must(t, err)
	return "/rtc/v1?join_request=" + base64.URLEncoding.EncodeToString(wrapped)
}

func TestProxy_MaliciousSignals_DoNotCrashServer(t *testing.T) {
	h := newFixture(t)
	livetest.Start(t, h.app)
	sync := marshalSignal(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_SyncState{SyncState: &livekit.SyncState{}}})
	answer := marshalSignal(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{Answer: &livekit.SessionDescription{Type: "answer"}}})
	simulated := marshalSignal(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_Simulate{Simulate: &livekit.SimulateScenario{
		Scenario: &livekit.SimulateScenario_ServerLeave{ServerLeave: true}}}})
	huge := marshalSignal(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_UpdateMetadata{UpdateMetadata: &livekit.UpdateParticipantMetadata{
		Metadata: strings.Repeat("x", 5<<20)}}})
	two, one := "/rtc?protocol=15", singleConnectionQuery(t)
	for what, c := range map[string]struct {
		query string
		said  [][]byte
		ends  bool // the connection, and nothing else
	}{
		"a state without subscriptions":     {two, [][]byte{newFrame(frameWhole, sync)}, false},
		"in pieces":                         {one, [][]byte{newFrame(frameFirst, sync[:1]), newFrame(framePing, nil), newFrame(frameContinued, nil), newFrame(frameLast, sync[1:])}, false},
		"an answer to no offer":             {one, [][]byte{newFrame(frameWhole, answer)}, false},
		"a rehearsal of LiveKit's own":      {two, [][]byte{newFrame(frameWhole, simulated)}, false},
		"what cannot be read":               {one, [][]byte{newFrame(frameWhole, []byte{0xff, 0xff})}, false},
		"as text":                           {two, [][]byte{newFrame(frameText, []byte(`{"syncState":{}}`))}, true},
		"compressed":                        {two, [][]byte{newFrame(frameCompressed, sync)}, true},
		"not masked":                        {two, [][]byte{append([]byte{frameWhole, byte(len(sync))}, sync...)}, true},
		"more than any browser has to say":  {two, [][]byte{newFrame(frameWhole, huge)}, true},
		"the same in pieces":                {one, [][]byte{newFrame(frameFirst, huge[:3<<20]), newFrame(frameContinued, huge[3<<20:])}, true},
		"without end":                       {one, [][]byte{newFrame(frameFirst, nil), bytes.Repeat(newFrame(frameContinued, nil), 1<<19)}, true},
		"longer than there can be anything": {two, [][]byte{{frameWhole, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, true},
	} {
		l, status := dial(t, h.token("room", what), c.query, "") // an identity each, so that no case ends the connection of another
		if status != http.StatusSwitchingProtocols {
			t.Errorf("%s: not let in: %d, want %v", what, status, http.StatusSwitchingProtocols)
			continue
		}
		if answered, ended := l.probe(c.said...); answered == c.ends || ended != c.ends {
			t.Errorf("%s: heard after it: %v, cut off: %v, want anything but %v and %v", what, answered, ended, c.ends, c.ends)
		}
		l.Close()
	}

	livetest.ConnectMedia(t, h.token("room", "bob"))
}

func TestProxy_EmptyMessagesOfEveryKind_DoNotCrashServer(t *testing.T) {
	h := newFixture(t)
	livetest.Start(t, h.app)
	kinds := (&livekit.SignalRequest{}).ProtoReflect().Descriptor().Oneofs().ByName("message").Fields()
	for i := range kinds.Len() {
		for _, query := range []string{"/rtc?protocol=15", singleConnectionQuery(t)} {
			request := &livekit.SignalRequest{}
			request.ProtoReflect().Set(kinds.Get(i), request.ProtoReflect().NewField(kinds.Get(i)))
			l, status := dial(t, h.token("room", string(kinds.Get(i).Name())), query, "")
			if status != http.StatusSwitchingProtocols {
				t.Fatalf("got status %d after %s, want %v", status, kinds.Get(i-1).Name(), http.StatusSwitchingProtocols)
			}
			l.probe(newFrame(frameWhole, marshalSignal(t, request))) // answered or not, as the media server likes
			l.Close()
		}
	}
	livetest.ConnectMedia(t, h.token("room", "bob"))
}

// The media server takes an answer that fits none of its offers for a failed negotiation, and asks that client to connect again.
func TestProxy_AnswerThatFitsNoOffer_EndsOnlyThatConnection(t *testing.T) {
	h := newFixture(t)
	livetest.Start(t, h.app)
	bob := livetest.ConnectMedia(t, h.token("room", "bob"))
	l, _ := dial(t, h.token("room", "ada"), "/rtc?protocol=15", "")
	_, err := l.Write(newFrame(frameWhole, marshalSignal(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{
		Answer: &livekit.SessionDescription{Type: "answer"}}})))
	must(t, err)
	must(t, l.SetReadDeadline(time.Now().Add(patience)))
	var leave *livekit.LeaveRequest
	for leave == nil {
		message, err := l.readFrame()
		must(t, err)
		response := &livekit.SignalResponse{}
		must(t, proto.Unmarshal(message, response))
		leave = response.GetLeave()
	}
	if leave.Action != livekit.LeaveRequest_RECONNECT {
		t.Errorf("got %v, want the request to reconnect", leave)
	}
	livetest.ConnectMedia(t, h.token("room", "ada"))
	select {
	case <-bob.Disconnected:
		t.Error("the connection of another client ended, too")
	default:
	}
}

// The media server reads a form as if it were in the query.
func TestProxy_RequestBody_IsRefused(t *testing.T) {
	h := newFixture(t)
	livetest.Start(t, h.app)
	for _, body := range []string{"publish=twin", "--x\r\nContent-Disposition: form-data; name=\"publish\"\r\n\r\ntwin\r\n--x--\r\n"} {
		if _, status := dial(t, h.token("room", "ada"), "/rtc?protocol=15", body); status != http.StatusNotFound {
			t.Errorf("%q is answered %d, want %v", body, status, http.StatusNotFound)
		}
	}
	if people, err := live.ListParticipants(h.app, "room"); err != nil || len(people) != 0 {
		t.Errorf("in the room: %v, %v, want 0", people, err)
	}
}
