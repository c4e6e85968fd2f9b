package operate

import (
	"errors"
	"fmt"
	"io"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/audit"
)

func auditLog(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "audit", Short: "Check the audit log"}
	command.AddCommand(&cobra.Command{
		Use: "verify", Args: cobra.NoArgs,
		Short: "Follow every team's chain of entries, and name the first entry of each that was changed or is missing",
		RunE:  func(command *cobra.Command, _ []string) error { return verifyAudit(app, command.OutOrStdout()) },
	})
	return command
}

// verifyAudit tells of every chain; its error names the first row of each that is broken.
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
			name = "accounts, without a team"
		case name == "":
			name = "a team that is gone"
		}
		state := "unbroken"
		if chain.Broken != nil {
			state = fmt.Sprintf("whole before number %d, broken there", chain.Broken.Seq)
			broken = append(broken, chain.Broken)
		}
		fmt.Fprintf(out, "%-15s  %7d entries, %s  (%s)\n", chain.Team, chain.Rows, state, name)
	}
	return errors.Join(broken...)
}
