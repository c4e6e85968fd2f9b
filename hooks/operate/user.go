package operate

import (
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/accounts"
	"usher/hooks/audit"
	"usher/hooks/record"
)

func user(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "user", Short: "Help an account"}
	command.AddCommand(&cobra.Command{
		Use: "confirm ADDRESS", Args: cobra.ExactArgs(1),
		Short: "Confirm an address where no mail can: you know that it is that person's",
		RunE: func(command *cobra.Command, args []string) error {
			if err := confirm(app, args[0]); err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "%s is confirmed.\n", args[0])
			return nil
		},
	})
	return command
}

func confirm(app core.App, address string) error {
	account, err := accounts.Find(app, address)
	if errors.Is(err, record.ErrNotFound) {
		return fmt.Errorf("there is no account with the address %s", address)
	}
	if err != nil || account.Verified() {
		return err
	}
	entry := (&audit.Entry{Action: "account.confirm", ActorName: "command line"}).On(account.Id, account.Email())
	return audit.Do(app, entry, func(tx core.App) error {
		account.SetVerified(true)
		return tx.Save(account)
	})
}
