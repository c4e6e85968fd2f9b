// Package livetest runs a media server for a test.
package livetest

import (
	"net"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/live/embedded"
)

// Start runs the embedded media server for the app on free ports, for browsers on this machine, until the test ends or stop is
// called. It can be started again after that.
func Start(t testing.TB, app core.App) (stop func()) {
	t.Helper()
	_, stop, err := live.Start(app, embedded.Start, LocalConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return stop
}

// Embedded starts the embedded media server.
var Embedded live.Starter = embedded.Start

// LocalConfig configures a media server for browsers on this machine, on a free port.
func LocalConfig(t testing.TB) live.LocalConfig {
	t.Helper()
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	return live.LocalConfig{UDPPort: socket.LocalAddr().(*net.UDPAddr).Port, NodeIP: "127.0.0.1", Loopback: true}
}
