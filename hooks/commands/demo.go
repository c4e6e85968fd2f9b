package commands

import (
	"cmp"
	"fmt"
	"net"
	"strconv"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/tools/settings"
)

func demoCommand(app core.App) *cobra.Command {
	at := listenConfig{}
	command := &cobra.Command{
		Use: "demo", Args: cobra.NoArgs,
		Short: "Start a server with a sample team; its data is deleted when the server stops",
		RunE: func(command *cobra.Command, _ []string) error {
			if err := app.RunAllMigrations(); err != nil {
				return explainDBError(app, err)
			}
			at.http = cmp.Or(at.http, freeAddress())
			sample, err := Seed(app)
			if err != nil {
				return fmt.Errorf("fill the demo: %w", err)
			}
			if err := SeedUsage(app, sample); err != nil {
				return fmt.Errorf("add usage to the demo: %w", err)
			}
			afterServeStart(app, func() {
				fmt.Fprintf(command.OutOrStdout(), "\nThe Usher demo is running at %s\n\n  Sign in as   %s\n  Password     %s\n\n"+
					"  Every user in the sample team has this password. Press Ctrl+C to stop the demo and delete its data.\n\n",
					settings.Of(app).URL, sample.Owner.Email(), sample.Password)
			})
			return at.run(app)
		},
	}
	at.flags(command)
	return command
}

// freeAddress is the first free port from 8090 on, so that the demo can run beside a server.
func freeAddress() string {
	for port := 8090; port < 8190; port++ {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if listener, err := net.Listen("tcp", address); err == nil {
			listener.Close()
			return address
		}
	}
	return "127.0.0.1:8090"
}
