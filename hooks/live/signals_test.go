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

// line is the signalling of somebody who writes its frames himself.
type line struct {
	*testing.T
	net.Conn
	reader *bufio.Reader
}

// dial goes in at an address of the media server. status is 101 for whoever is let in.
func dial(t *testing.T, pass live.Pass, query, body string) (l *line, status int) {
	t.Helper()
	address, err := url.Parse(strings.Replace(pass.URL, "ws", "http", 1) + query)
	must(t, err)
	connection, err := net.Dial("tcp", address.Host)
	must(t, err)
	t.Cleanup(func() { connection.Close() })
	must(t, connection.SetDeadline(time.Now().Add(10*time.Second)))
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
	l = &line{t, connection, bufio.NewReader(connection)}
	response, err := http.ReadResponse(l.reader, request)
	must(t, err)
	if response.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Error("what is said is compressed")
	}
	return l, response.StatusCode
}

// frame is a part of a message: first is its first byte.
func frame(first byte, body []byte) []byte {
	mask := []byte{1, 2, 3, 4}
	head := []byte{first, 0x80 | 127}
	head = append(binary.BigEndian.AppendUint64(head, uint64(len(body))), mask...)
	for i, b := range body {
		head = append(head, b^mask[i%4])
	}
	return head
}

const (
	part, goesOn, last = 0x02, 0x00, 0x80 // of a message
	whole              = 0x82
	text, packed, ping = 0x81, 0xc2, 0x89
)

func word(t *testing.T, request *livekit.SignalRequest) []byte {
	t.Helper()
	data, err := proto.Marshal(request)
	must(t, err)
	return data
}

// hears reports whether a question of the browser is answered, after what it said; ended is that it was cut off.
func (l *line) hears(said ...[]byte) (answered, ended bool) {
	l.Helper()
	question := word(l.T, &livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: 4711}}})
	for _, bytes := range append(said, frame(whole, question)) {
		if _, err := l.Write(bytes); err != nil {
			return false, true
		}
	}
	must(l.T, l.SetReadDeadline(time.Now().Add(3*time.Second)))
	for {
		message, err := l.next()
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

func (l *line) next() ([]byte, error) {
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

// oneConnection is the query of a browser that has one connection for its media, and makes the offers.
func oneConnection(t *testing.T) string {
	t.Helper()
	join, err := proto.Marshal(&livekit.JoinRequest{ClientInfo: &livekit.ClientInfo{Sdk: livekit.ClientInfo_JS, Protocol: 16}})
	must(t, err)
	wrapped, err := proto.Marshal(&livekit.WrappedJoinRequest{JoinRequest: join})
	must(t, err)
	return "/rtc/v1?join_request=" + base64.URLEncoding.EncodeToString(wrapped)
}

// The media server ends the whole program at some of these.
func TestNoWordOfSomebodyEndsTheServer(t *testing.T) {
	h := open(t)
	livetest.Start(t, h.app)
	sync := word(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_SyncState{SyncState: &livekit.SyncState{}}})
	answer := word(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{Answer: &livekit.SessionDescription{Type: "answer"}}})
	simulated := word(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_Simulate{Simulate: &livekit.SimulateScenario{
		Scenario: &livekit.SimulateScenario_ServerLeave{ServerLeave: true}}}})
	huge := word(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_UpdateMetadata{UpdateMetadata: &livekit.UpdateParticipantMetadata{
		Metadata: strings.Repeat("x", 5<<20)}}})
	two, one := "/rtc?protocol=15", oneConnection(t)
	for what, c := range map[string]struct {
		query string
		said  [][]byte
		ends  bool // the connection, and nothing else
	}{
		"a state without subscriptions":     {two, [][]byte{frame(whole, sync)}, false},
		"in pieces":                         {one, [][]byte{frame(part, sync[:1]), frame(ping, nil), frame(goesOn, nil), frame(last, sync[1:])}, false},
		"an answer to no offer":             {one, [][]byte{frame(whole, answer)}, false},
		"an answer where there are offers":  {two, [][]byte{frame(whole, answer)}, false},
		"a rehearsal of LiveKit's own":      {two, [][]byte{frame(whole, simulated)}, false},
		"what cannot be read":               {one, [][]byte{frame(whole, []byte{0xff, 0xff})}, false},
		"as text":                           {two, [][]byte{frame(text, []byte(`{"syncState":{}}`))}, true},
		"compressed":                        {two, [][]byte{frame(packed, sync)}, true},
		"not masked":                        {two, [][]byte{append([]byte{whole, byte(len(sync))}, sync...)}, true},
		"more than any browser has to say":  {two, [][]byte{frame(whole, huge)}, true},
		"the same in pieces":                {one, [][]byte{frame(part, huge[:3<<20]), frame(goesOn, huge[3<<20:])}, true},
		"without end":                       {one, [][]byte{frame(part, nil), bytes.Repeat(frame(goesOn, nil), 1<<19)}, true},
		"longer than there can be anything": {two, [][]byte{{whole, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, true},
	} {
		l, status := dial(t, h.pass("room", "ada"), c.query, "")
		if status != http.StatusSwitchingProtocols {
			t.Errorf("%s: not let in: %d", what, status)
			continue
		}
		if answered, ended := l.hears(c.said...); answered == c.ends || ended != c.ends {
			t.Errorf("%s: heard after it: %v, cut off: %v", what, answered, ended)
		}
		l.Close()
	}

	// Who has one connection for media, and takes it up again by the other way in.
	l, _ := dial(t, h.pass("room", "ada"), one, "")
	joined, err := l.next()
	must(t, err)
	response := &livekit.SignalResponse{}
	must(t, proto.Unmarshal(joined, response))
	l, _ = dial(t, h.pass("room", "ada"), two+"&reconnect=1&sid="+response.GetJoin().GetParticipant().GetSid(), "")
	if answered, _ := l.hears(frame(whole, answer)); !answered {
		t.Error("who came back is not heard")
	}
	livetest.Come(t, h.pass("room", "bob"))
}

// A form is read by the media server as if it stood in the address.
func TestNobodyComesInWithABody(t *testing.T) {
	h := open(t)
	livetest.Start(t, h.app)
	for _, body := range []string{"publish=twin", "--x\r\nContent-Disposition: form-data; name=\"publish\"\r\n\r\ntwin\r\n--x--\r\n"} {
		if _, status := dial(t, h.pass("room", "ada"), "/rtc?protocol=15", body); status != http.StatusNotFound {
			t.Errorf("%q is answered %d", body, status)
		}
	}
	if people, err := live.People(h.app, "room"); err != nil || len(people) != 0 {
		t.Errorf("in the room: %v, %v", people, err)
	}
}
