// Package embedded runs the media server inside this program. It alone imports LiveKit's server, and only main
// imports it: who asks for live media goes through hooks/live and does not know where it runs.
package embedded

import (
	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
)

// assemble makes a media server of its configuration, without starting it.
func assemble(yaml string) (*service.LivekitServer, error) {
	conf, err := config.NewConfig(yaml, true, nil, nil)
	if err != nil {
		return nil, err
	}
	config.InitLoggerFromConfig(&conf.Logging)
	node, err := routing.NewLocalNode(conf)
	if err != nil {
		return nil, err
	}
	if err := prometheus.Init(string(node.NodeID()), node.NodeType()); err != nil {
		return nil, err
	}
	return service.InitializeServer(conf, node)
}

var _ = assemble
