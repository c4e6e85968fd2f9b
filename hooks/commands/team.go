package commands

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/actors"
	"usher/hooks/administrators"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/seats"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

func teamCommand(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "team", Short: "Manage a team"}
	demote := false
	owner := &cobra.Command{
		Use: "owner TEAM ADDRESS", Args: cobra.ExactArgs(2),
		Short: "Make an account the Owner of a team, for when the Owner has left",
		Long: "Make an account the Owner of a team, for when the Owner has left.\n\nTEAM is the team's name in links, or its ID. The account joins the team if it isn't in it.\n" +
			"The previous Owner becomes an Admin; with --demote, they keep only the Organizer role if they have it. Both get an email.",
		RunE: func(command *cobra.Command, args []string) error {
			team, err := setOwner(app, args[0], args[1], !demote)
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "%s is now the Owner of %s.\n", args[1], team.Name())
			return nil
		},
	}
	owner.Flags().BoolVar(&demote, "demote", false, "don't make the previous Owner an Admin")
	command.AddCommand(owner)
	return command
}

func setOwner(app core.App, ref, address string, keepAdmin bool) (*teams.Team, error) {
	team, err := record.One[teams.Team](app.RecordQuery("teams").AndWhere(actors.TeamRef(ref)), "find a team")
	if errs.IgnoreNotFound(err) != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("there is no team %s; use its name in links or its ID", ref)
	}
	account, err := findAccount(app, address)
	if err != nil {
		return nil, err
	}
	err = members.SetOwner(app, administrators.CommandEntry(""), team.Id, account, keepAdmin)
	_, code, sentence, refused := errs.Details(err)
	switch {
	case !refused:
		return team, err
	case code == seats.CodeFull && keepAdmin:
		return nil, fmt.Errorf("no Admin seat is free for the previous Owner; run it again with --demote, or raise the seats")
	case !account.Verified():
		return nil, fmt.Errorf("%s run “usher user confirm %s”", sentence, account.Email())
	}
	return nil, fmt.Errorf("%s", sentence)
}
