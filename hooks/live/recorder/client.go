package recorder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/proto"
)

const (
	// dialTimeout is how long joining can take.
	dialTimeout = 10 * time.Second

	// sendTimeout is how long a message to the media server can take.
	sendTimeout = 5 * time.Second

	// maxSignal is the largest message of the media server, in bytes.
	maxSignal = 4 << 20

	// silentPings is how many pings without an answer mean that the connection is lost.
	silentPings = 4
)

// client is a connection to the media server: signalling, and one peer connection that media come by.
type client struct {
	socket *websocket.Conn
	peer   *webrtc.PeerConnection
	joined *livekit.JoinResponse
	early  []webrtc.ICECandidateInit // candidates that came before the offer

	sending sync.Mutex
}

// dial joins the room. Tracks are passed on as they come.
func dial(ctx context.Context, address, token string, onTrack func(*client, *webrtc.TrackRemote, *webrtc.RTPReceiver)) (*client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	at, err := signalURL(address)
	if err != nil {
		return nil, err
	}
	at.RawQuery = url.Values{"protocol": {"15"}, "auto_subscribe": {"1"}, "adaptive_stream": {"0"}, "sdk": {"go"}, "version": {"2.0.0"},
		"access_token": {token}}.Encode()
	dialer := websocket.Dialer{HandshakeTimeout: dialTimeout}
	socket, response, err := dialer.DialContext(ctx, at.String(), nil)
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("the media server refused the recorder: %s", response.Status)
		}
		return nil, err // doesn't contain the token
	}
	socket.SetReadLimit(maxSignal)
	c := &client{socket: socket}
	if err := c.join(isLoopback(at.Hostname()), onTrack); err != nil {
		socket.Close()
		return nil, err
	}
	return c, nil
}

// signalURL is the address of signalling at a media server.
func signalURL(address string) (*url.URL, error) {
	at, err := url.Parse(strings.TrimRight(address, "/") + "/rtc")
	if err != nil {
		return nil, errors.New("the address of the media server isn't valid")
	}
	switch at.Scheme {
	case "http":
		at.Scheme = "ws"
	case "https":
		at.Scheme = "wss"
	}
	return at, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// join reads the answer to joining and prepares the peer connection.
func (c *client) join(loopback bool, onTrack func(*client, *webrtc.TrackRemote, *webrtc.RTPReceiver)) error {
	message, err := c.read(dialTimeout)
	if err != nil {
		return err
	}
	if c.joined = message.GetJoin(); c.joined == nil {
		return errors.New("the media server didn't answer to joining")
	}
	api, err := newAPI(loopback)
	if err != nil {
		return err
	}
	var config webrtc.Configuration
	for _, s := range c.joined.IceServers {
		config.ICEServers = append(config.ICEServers, webrtc.ICEServer{URLs: s.Urls, Username: s.Username, Credential: s.Credential})
	}
	if c.peer, err = api.NewPeerConnection(config); err != nil {
		return err
	}
	c.peer.OnICECandidate(c.trickle)
	c.peer.OnTrack(func(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) { onTrack(c, remote, receiver) })
	return nil
}

// newAPI receives media, asks for missing packets and reports on reception. It doesn't estimate the bandwidth, so that the
// media server always sends the best layer.
func newAPI(loopback bool) (*webrtc.API, error) {
	var media webrtc.MediaEngine
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	var interceptors interceptor.Registry
	if err := webrtc.ConfigureNack(&media, &interceptors); err != nil {
		return nil, err
	}
	if err := webrtc.ConfigureRTCPReports(&interceptors); err != nil {
		return nil, err
	}
	var settings webrtc.SettingEngine
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetIncludeLoopbackCandidate(loopback)
	return webrtc.NewAPI(webrtc.WithMediaEngine(&media), webrtc.WithInterceptorRegistry(&interceptors), webrtc.WithSettingEngine(settings)), nil
}

func (c *client) read(within time.Duration) (*livekit.SignalResponse, error) {
	_ = c.socket.SetReadDeadline(time.Now().Add(within))
	_, frame, err := c.socket.ReadMessage()
	if err != nil {
		return nil, err
	}
	message := &livekit.SignalResponse{}
	return message, proto.Unmarshal(frame, message)
}

func (c *client) send(message *livekit.SignalRequest) error {
	frame, err := proto.Marshal(message)
	if err != nil {
		return err
	}
	c.sending.Lock()
	defer c.sending.Unlock()
	_ = c.socket.SetWriteDeadline(time.Now().Add(sendTimeout))
	return c.socket.WriteMessage(websocket.BinaryMessage, frame)
}

func (c *client) trickle(candidate *webrtc.ICECandidate) {
	if candidate == nil {
		return
	}
	if init, err := json.Marshal(candidate.ToJSON()); err == nil {
		_ = c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Trickle{
			Trickle: &livekit.TrickleRequest{CandidateInit: string(init), Target: livekit.SignalTarget_SUBSCRIBER}}})
	}
}

// run answers the media server until the connection is lost, the media server ends it, or ctx is done, and returns why. Every
// message is passed on, too.
func (c *client) run(ctx context.Context, onSignal func(*livekit.SignalResponse)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	c.peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed {
			cancel(errors.New("the media connection was lost"))
		}
	})
	every := max(time.Duration(c.joined.PingInterval)*time.Second, time.Second)
	var pings sync.WaitGroup
	pings.Go(func() { c.ping(ctx, every) })
	defer pings.Wait()
	defer cancel(nil)
	for {
		message, err := c.read(silentPings * every)
		if err == nil {
			err = c.handle(message)
		}
		if err != nil {
			if why := context.Cause(ctx); why != nil {
				return why
			}
			return err
		}
		onSignal(message)
	}
}

// ping pings until ctx is done, and then closes the connection.
func (c *client) ping(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			_ = c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{Leave: &livekit.LeaveRequest{}}})
			c.socket.Close()
			return
		case <-ticker.C:
			_ = c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: time.Now().UnixMilli()}}})
		}
	}
}

// close ends the connection, and returns when nothing of it runs.
func (c *client) close() {
	c.socket.Close()
	_ = c.peer.GracefulClose()
}

func (c *client) handle(message *livekit.SignalResponse) error {
	switch m := message.Message.(type) {
	case *livekit.SignalResponse_Offer:
		return c.answer(m.Offer)
	case *livekit.SignalResponse_Trickle:
		var candidate webrtc.ICECandidateInit
		if m.Trickle.Target == livekit.SignalTarget_SUBSCRIBER && json.Unmarshal([]byte(m.Trickle.CandidateInit), &candidate) == nil {
			c.early = append(c.early, candidate)
			c.addCandidates()
		}
	case *livekit.SignalResponse_Leave:
		switch m.Leave.Reason {
		case livekit.DisconnectReason_ROOM_DELETED, livekit.DisconnectReason_ROOM_CLOSED:
			return ErrRoomClosed
		case livekit.DisconnectReason_PARTICIPANT_REMOVED, livekit.DisconnectReason_DUPLICATE_IDENTITY:
			return ErrRemoved
		}
		return fmt.Errorf("the media server ended the connection: %s", m.Leave.Reason)
	}
	return nil
}

func (c *client) addCandidates() {
	if c.peer.RemoteDescription() == nil {
		return
	}
	for _, candidate := range c.early {
		_ = c.peer.AddICECandidate(candidate)
	}
	c.early = nil
}

func (c *client) answer(offer *livekit.SessionDescription) error {
	if err := c.peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.Sdp}); err != nil {
		return err
	}
	c.addCandidates()
	answer, err := c.peer.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := c.peer.SetLocalDescription(answer); err != nil {
		return err
	}
	return c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{
		Answer: &livekit.SessionDescription{Type: "answer", Sdp: answer.SDP, Id: offer.Id}}})
}

// wantBest asks for the best layer of a track.
func (c *client) wantBest(track string) {
	_ = c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_TrackSetting{TrackSetting: &livekit.UpdateTrackSettings{
		TrackSids: []string{track}, Quality: livekit.VideoQuality_HIGH, Priority: 1}}})
}

// refuse tells that a track isn't wanted.
func (c *client) refuse(track string) {
	_ = c.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Subscription{Subscription: &livekit.UpdateSubscription{
		TrackSids: []string{track}, Subscribe: false}}})
}
