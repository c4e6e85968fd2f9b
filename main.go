// Usher is a self-hosted server for teams, seats, invitations and live sessions.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // time zones for machines without a database

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"

	"usher/hooks"
	"usher/hooks/billing"
	"usher/hooks/billing/stripe"
	"usher/hooks/commands"
	"usher/hooks/database"
	"usher/hooks/live"
	"usher/hooks/live/embedded"
	"usher/hooks/tools/settings"
	_ "usher/pb_migrations"
	"usher/views"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "usher:", err)
		os.Exit(1)
	}
}

func run() error {
	commands.KeepPrivate()
	config, err := settings.FromEnv(os.Getenv)
	if err != nil {
		return fmt.Errorf("settings:\n%w", err)
	}
	dir, discard, err := commands.DataDir(os.Args)
	if err != nil {
		return err
	}
	defer discard()

	app := pocketbase.NewWithConfig(pocketbase.Config{
		DefaultDataDir:  dir,
		DefaultDev:      false,
		HideStartBanner: true,
		DBConnect:       database.DBConnect,
	})
	hooks.Register(app, config)
	views.Register(app)
	live.Setup(app, embedded.Start)
	billing.Setup(app, stripe.New)

	cli := commands.Commands(app, os.Args)
	cli.Add(cmd.NewSuperuserCommand(app))
	return cli.Run()
}
