package commands

import (
	"errors"
	"fmt"
	"io"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/audit"
)

func auditCommand(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "audit", Short: "Check the audit log"}
	command.AddCommand(&cobra.Command{
		Use: "verify", Args: cobra.NoArgs,
		Short: "Verify the hash chain of every team's audit log, and report the first entry that was changed or is missing",
		RunE:  func(command *cobra.Command, _ []string) error { return verifyAudit(app, command.OutOrStdout()) },
	})
	return command
}

// verifyAudit reports on every chain; its error names the first broken row of each.
func verifyAudit(app core.App, out io.Writer) error {
	chains, err := audit.VerifyAll(app)
	if err != nil {
		return err
	}
	var broken []error
	for _, chain := range chains {
		name := chain.Name
		switch {
		case chain.Team == "":
			name = "accounts and server"
		case name == "":
			name = "deleted team"
		}
		state := "unbroken"
		if chain.Broken != nil {
			state = fmt.Sprintf("broken at number %d", chain.Broken.Seq)
			broken = append(broken, chain.Broken)
		}
		fmt.Fprintf(out, "%-15s  %7d entries, %s  (%s)\n", chain.Team, chain.Rows, state, name)
	}
	return errors.Join(broken...)
}
