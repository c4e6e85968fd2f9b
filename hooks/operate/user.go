package operate

import (
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/settings"
)

func user(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "user", Short: "Help an account"}
	command.AddCommand(&cobra.Command{
		Use: "confirm ADDRESS", Args: cobra.ExactArgs(1),
		Short: "Print a link for the owner of an address, where no mail can bring it",
		RunE: func(command *cobra.Command, args []string) error {
			link, err := confirm(app, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "Hand this link to the person whose address %s is, and to nobody else:\n\n  %s\n\n"+
				"It sets a password, confirms the address and signs in. It works once, within an hour.\n", args[0], link)
			return nil
		},
	})
	return command
}

// confirm makes the link. It sets a new password, since whoever began the account need not be its owner.
func confirm(app core.App, address string) (link string, err error) {
	account, err := accounts.Find(app, address)
	if errors.Is(err, record.ErrNotFound) {
		return "", fmt.Errorf("there is no account with the address %s", address)
	}
	if err != nil {
		return "", err
	}
	entry := (&audit.Entry{Action: "account.reset.request", ActorName: "command line"}).On(account.Id, account.Email())
	err = audit.Do(app, entry, func(core.App) error {
		link, err = accounts.ResetLink(app, account)
		return err
	})
	if settings.Of(app).URL == "" {
		link = (&listen{http: "127.0.0.1:8090"}).url() + link
	}
	return link, err
}
