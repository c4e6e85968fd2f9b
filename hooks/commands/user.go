package commands

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/accounts"
	"usher/hooks/administrators"
	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
)

func userCommand(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "user", Short: "Manage a user's account"}
	command.AddCommand(passwordCommand(app), &cobra.Command{
		Use: "confirm ADDRESS", Args: cobra.ExactArgs(1),
		Short: "Print a link that confirms a user's address, for when email isn't set up",
		RunE: func(command *cobra.Command, args []string) error {
			link, validity, err := confirmationLink(app, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "Send this link only to the owner of %s:\n\n  %s\n\n"+
				"It lets them set a password, confirms the address, and signs them in. It works once and is valid for %s.\n", args[0], link, text.Duration(validity))
			return nil
		},
	})
	return command
}

// confirmationLink creates the link and says how long it is valid. It sets a new password, because someone else may have created the account.
func confirmationLink(app core.App, address string) (link string, validity time.Duration, err error) {
	account, err := findAccount(app, address)
	if err != nil {
		return "", 0, err
	}
	entry := administrators.CommandEntry("account.reset.request").WithTarget(account.Id, account.Email())
	err = audit.Do(app, entry, func(core.App) error {
		link, err = accounts.ResetLink(app, account)
		return err
	})
	if settings.Of(app).URL == "" {
		link = (&listenConfig{http: "127.0.0.1:8090"}).publicURL() + link
	}
	return link, account.Collection().PasswordResetToken.DurationTime(), err
}

func findAccount(app core.App, address string) (*core.Record, error) {
	account, err := accounts.Find(app, address)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, fmt.Errorf("there is no account with the address %s", address)
	}
	return account, err
}
