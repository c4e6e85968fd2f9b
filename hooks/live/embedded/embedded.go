// Package embedded runs the media server inside this program. It is the only package that imports LiveKit's server, and only
// main imports it. Other packages use hooks/live, whether the media server is embedded or external.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/rtc/types"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
	"github.com/livekit/protocol/livekit"

	"usher/hooks/live"
)

// startTimeout is how long the start of the media server can take.
const startTimeout = 10 * time.Second

var _ live.Starter = Start

// Start starts the media server and returns when it accepts connections. Its API and signalling listen on loopback; media uses
// its UDP and TCP ports.
func Start(local live.LocalConfig) (*live.Instance, error) {
	if err := checkPorts(local); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	server, err := newServer(buildConfig(local, port), local)
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	var failed error
	go func() {
		defer close(done)
		failed = server.Start()
	}()
	deadline := time.After(startTimeout)
	for !server.IsRunning() { // Stop does nothing before that
		select {
		case <-done:
			return nil, errors.Join(errors.New("the media server stopped while starting"), failed)
		case <-deadline:
			return nil, fmt.Errorf("the media server didn't start within %s", startTimeout)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return &live.Instance{URL: fmt.Sprintf("http://127.0.0.1:%d", port), Done: done,
		DisconnectAll: func(room string) {
			if open := server.RoomManager().GetRoom(context.Background(), livekit.RoomName(room)); open != nil {
				open.Close(types.ParticipantCloseReasonRoomManagerStop)
			}
		},
		Stop: func() {
			server.Stop(true)
			<-done
		}}, nil
}

// checkPorts returns a clear error for a port that is in use. The media server would only log it and keep the other port open.
func checkPorts(local live.LocalConfig) error {
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: bindIP(local), Port: local.UDPPort})
	if err != nil {
		return fmt.Errorf("UDP port %d can't be used for media: %w", local.UDPPort, err)
	}
	udp.Close()
	if local.TCPPort == 0 {
		return nil
	}
	tcp, err := net.ListenTCP("tcp", &net.TCPAddr{Port: local.TCPPort})
	if err != nil {
		return fmt.Errorf("TCP port %d can't be used for media: %w", local.TCPPort, err)
	}
	return tcp.Close()
}

func bindIP(local live.LocalConfig) net.IP {
	if local.Loopback {
		return net.IPv4(127, 0, 0, 1)
	}
	return nil
}

func freePort() (int, error) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer socket.Close()
	return socket.Addr().(*net.TCPAddr).Port, nil
}

// codecs are what participants can send: what the live page sends and recordings can hold. RTX repeats lost video packets.
var codecs = []string{"audio/opus", "audio/red", "video/VP8", "video/VP9", "video/rtx"}

// buildConfig is the configuration of the media server. Rooms exist only after we create them.
func buildConfig(local live.LocalConfig, port int) string {
	var lines strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&lines, format+"\n", args...) }
	line("port: %d", port)
	line("bind_addresses: [127.0.0.1]")
	line("keys: {%s: %s}", local.Key, local.Secret)
	line("webhook: {api_key: %s, urls: [%q]}", local.Key, local.Reports)
	line("room:")
	line("  auto_create: false")
	line("  departure_timeout: 20")
	line("  enabled_codecs: [{mime: %s}]", strings.Join(codecs, "}, {mime: "))
	line("rtc:")
	line("  udp_port: %d", local.UDPPort)
	line("  tcp_port: %d", local.TCPPort)
	switch {
	case local.NodeIP != "":
		line("  node_ip: %q", local.NodeIP)
		line("  use_external_ip: false")
	default:
		line("  use_external_ip: true")
	}
	if local.Loopback {
		line("  enable_loopback_candidate: true")
		line("  ips: {includes: [127.0.0.1/32]}")
	}
	return lines.String()
}

// newServer creates a media server from its configuration, without starting it.
func newServer(yaml string, local live.LocalConfig) (*service.LivekitServer, error) {
	setLogger(local.Log)
	conf, err := config.NewConfig(yaml, true, nil, nil)
	if err != nil && local.NodeIP == "" {
		return nil, fmt.Errorf("the public address of this machine was not found out; set it by USHER_LIVE_NODE_IP: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("the settings of the media server: %w", err)
	}
	node, err := routing.NewLocalNode(conf)
	if err != nil {
		return nil, fmt.Errorf("make the node of the media server: %w", err)
	}
	if err := prometheus.Init(string(node.NodeID()), node.NodeType()); err != nil {
		return nil, fmt.Errorf("make the counters of the media server: %w", err)
	}
	server, err := service.InitializeServer(conf, node)
	if err != nil {
		return nil, fmt.Errorf("make the media server: %w", err)
	}
	return server, nil
}
