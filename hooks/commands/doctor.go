package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/doctor"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/tools/settings"
)

func doctorCommand(app core.App) *cobra.Command {
	asJSON, address := false, ""
	command := &cobra.Command{
		Use: "doctor", Args: cobra.NoArgs,
		Short: "Check address, TLS, email, live media, disk, clock, database and backups, and say what to fix",
		RunE: func(command *cobra.Command, _ []string) error {
			_, running := lockHolder(app.DataDir())
			found := doctor.Run(command.Context(), app, doctor.Server{Running: running, Built: buildTime()})
			if address != "" {
				found = append(found, sendTestEmail(command.Context(), app, address))
			}
			if err := printFindings(command.OutOrStdout(), found, asJSON); err != nil {
				return err
			}
			if doctor.HasFault(found) {
				return errors.New("doctor found something to fix")
			}
			return nil
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	command.Flags().StringVar(&address, "email", "", "also send a test email to this address")
	return command
}

func printFindings(out io.Writer, found []doctor.Finding, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(found)
	}
	for _, f := range found {
		fmt.Fprintf(out, "%-8s %-12s %s\n", f.Level, f.Check, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(out, "%s%s\n", strings.Repeat(" ", 22), f.Fix)
		}
	}
	return nil
}

// sendTestEmail sends an email past the outbox, so that its result is known.
func sendTestEmail(ctx context.Context, app core.App, address string) doctor.Finding {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	config := settings.Of(app)
	err := mail.SendNow(ctx, app, emails.Test(emails.TestProps{To: address, By: "The server administrator", Server: config.URL, Support: config.Support}))
	if err != nil {
		return doctor.Finding{Check: "test email", Level: doctor.Fault, Text: err.Error()}
	}
	return doctor.Finding{Check: "test email", Level: doctor.OK, Text: "the mail server accepted it for " + address}
}

// buildTime is the time of the commit that this program was built from.
func buildTime() (at time.Time) {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.time" {
				at, _ = time.Parse(time.RFC3339, setting.Value)
			}
		}
	}
	return at
}
