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
	"usher/hooks/twofactors"
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
	command.AddCommand(&cobra.Command{
		Use: "two-factors ADDRESS off", Args: cobra.ExactArgs(2),
		Short: "Turn off two-factor authentication for a user who lost their authenticator app",
		RunE: func(command *cobra.Command, args []string) error {
			if args[1] != "off" {
				return fmt.Errorf("%q isn't an action: two-factor authentication can only be turned off here", args[1])
			}
			account, err := disableTwoFactors(app, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "Two-factor authentication of %s is off.\n", account.Email())
			return nil
		},
	})
	return command
}

// disableTwoFactors turns off two-factor authentication of the account with the address.
func disableTwoFactors(app core.App, address string) (*core.Record, error) {
	account, err := findAccount(app, address)
	if err != nil {
		return nil, err
	}
	entry := administrators.CommandEntry("account.two_factors.reset").WithTarget(account.Id, account.Email())
	return account, sentenceOf(twofactors.DisableByAdministrator(app, account, entry))
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

// sentenceOf returns the sentence of a refusal as an error, and any other error as it is.
func sentenceOf(err error) error {
	if _, _, sentence, ok := errs.Details(err); ok {
		return errors.New(sentence)
	}
	return err
}

func findAccount(app core.App, address string) (*core.Record, error) {
	account, err := accounts.Find(app, address)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, fmt.Errorf("there is no account with the address %s", address)
	}
	return account, err
}
