package livetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"golang.org/x/net/websocket"
	"google.golang.org/protobuf/proto"

	"usher/hooks/live"
)

// Client is a signalling connection to the media server, without media.
type Client struct {
	Room         string
	SID          string
	JoinResponse *livekit.JoinResponse
	socket       *websocket.Conn
}

// Connect connects with a token. status is the HTTP status, 101 if it succeeded.
func Connect(pass live.Credentials) (visitor *Client, status int, err error) {
	address := strings.TrimRight(pass.URL, "/") + "/rtc?protocol=15&auto_subscribe=1&sdk=go&version=2.0.0&access_token=" + url.QueryEscape(pass.Token)
	// Request the status first, because the WebSocket client doesn't return it.
	response, err := http.Get(strings.Replace(strings.Replace(address, "ws", "http", 1), "/rtc?", "/rtc/validate?", 1))
	if err != nil {
		return nil, 0, err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, response.StatusCode, nil
	}
	if visitor, err = Dial(address, ""); err != nil {
		return nil, 0, err
	}
	return visitor, http.StatusSwitchingProtocols, nil
}

// Dial connects to an address, with a token in the header if it isn't empty.
func Dial(address, header string) (*Client, error) {
	origin, _, _ := strings.Cut(strings.Replace(address, "ws", "http", 1), "/livekit")
	config, err := websocket.NewConfig(address, origin)
	if err != nil {
		return nil, err
	}
	if header != "" {
		config.Header.Set("Authorization", "Bearer "+header)
	}
	socket, err := websocket.DialConfig(config)
	if err != nil {
		return nil, err
	}
	visitor := &Client{socket: socket}
	for visitor.JoinResponse == nil {
		message, err := visitor.ReadSignal(5 * time.Second)
		if err != nil {
			return nil, err
		}
		visitor.JoinResponse = message.GetJoin()
	}
	visitor.Room, visitor.SID = visitor.JoinResponse.Room.Name, visitor.JoinResponse.Participant.Sid
	return visitor, nil
}

// MustConnect is Connect for a connection that must succeed. It closes with the test.
func MustConnect(t testing.TB, pass live.Credentials) *Client {
	t.Helper()
	visitor, status, err := Connect(pass)
	if err != nil || visitor == nil {
		t.Fatalf("got status %d, %v, want a connection", status, err)
	}
	t.Cleanup(visitor.Leave)
	return visitor
}

// ReadSignal reads the next message of the media server.
func (v *Client) ReadSignal(within time.Duration) (*livekit.SignalResponse, error) {
	_ = v.socket.SetReadDeadline(time.Now().Add(within))
	var frame []byte
	if err := websocket.Message.Receive(v.socket, &frame); err != nil {
		return nil, err
	}
	message := &livekit.SignalResponse{}
	return message, proto.Unmarshal(frame, message)
}

// WriteSignal sends a message to the media server.
func (v *Client) WriteSignal(request *livekit.SignalRequest) error {
	frame, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	return websocket.Message.Send(v.socket, frame)
}

// WaitForLeave waits for the leave message and returns its reason. ok is false if the connection closes without one, or not at
// all.
func (v *Client) WaitForLeave(within time.Duration) (reason livekit.DisconnectReason, ok bool) {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); {
		message, err := v.ReadSignal(time.Until(deadline))
		if err != nil {
			return 0, false
		}
		if leave := message.GetLeave(); leave != nil {
			return leave.Reason, true
		}
	}
	return 0, false
}

// Leave closes the connection.
func (v *Client) Leave() {
	_ = v.WriteSignal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{Leave: &livekit.LeaveRequest{}}})
	_ = v.socket.Close()
}
