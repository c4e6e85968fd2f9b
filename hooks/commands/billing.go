package commands

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"usher/hooks/administrators"
	"usher/hooks/audit"
	"usher/hooks/billing"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

func billingCommand(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "billing", Short: "Approve or decline the plans and add-ons that teams request"}
	command.AddCommand(
		&cobra.Command{Use: "list", Args: cobra.NoArgs, Short: "List the requests that wait for you",
			RunE: func(command *cobra.Command, _ []string) error { return listRequests(app, command) }},
		&cobra.Command{Use: "approve REQUEST", Args: cobra.ExactArgs(1), Short: "Approve a request",
			RunE: func(command *cobra.Command, args []string) error {
				change, err := decide(app, args[0], billing.Approved, "")
				if err != nil {
					return err
				}
				if change.Status() == billing.Scheduled {
					fmt.Fprintf(command.OutOrStdout(), "Approved. It starts on %s.\n", change.Starts().Format("2 January 2006, 15:04 MST"))
					return nil
				}
				fmt.Fprintln(command.OutOrStdout(), "Approved. It has started.")
				return nil
			}},
		&cobra.Command{Use: "decline REQUEST [REASON]", Args: cobra.MinimumNArgs(1), Short: "Decline a request, with a reason for the team",
			RunE: func(command *cobra.Command, args []string) error {
				if _, err := decide(app, args[0], billing.Declined, strings.Join(args[1:], " ")); err != nil {
					return err
				}
				fmt.Fprintln(command.OutOrStdout(), "Declined.")
				return nil
			}},
	)
	return command
}

func listRequests(app core.App, command *cobra.Command) error {
	var waiting []*billing.Change
	err := app.RecordQuery("plan_changes").AndWhere(dbx.HashExp{"status": billing.Requested}).OrderBy("created").All(&waiting)
	if err != nil {
		return fmt.Errorf("list the requests: %w", err)
	}
	if len(waiting) == 0 {
		fmt.Fprintln(command.OutOrStdout(), "No requests are waiting.")
		return nil
	}
	table := tabwriter.NewWriter(command.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "REQUEST\tTEAM\tBY\tWHEN\tCHANGE")
	for _, change := range waiting {
		team, err := teams.Find(app, change.TeamID())
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", change.Id, team.Name(), change.ByName(), change.Created().Format("2006-01-02 15:04"), change.Summary())
	}
	return table.Flush()
}

func decide(app core.App, id, status, reason string) (*billing.Change, error) {
	change, err := billing.Find(app, id)
	if errs.IgnoreNotFound(err) != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("there is no request %s; run “usher billing list”", id)
	}
	action := "team.plan"
	if status == billing.Declined {
		action = "team.plan.decline"
	}
	entry := administrators.CommandEntry(action).With("change", change.Summary())
	entry.Team, entry.Target = change.TeamID(), change.TeamID()
	if team, err := teams.Find(app, change.TeamID()); err == nil {
		entry.TargetName = team.Name()
	}
	if change.Status() != billing.Requested {
		return nil, fmt.Errorf("request %s is no longer waiting: it was %s; run “usher billing list”", id, change.Status())
	}
	err = audit.Do(app, entry, func(tx core.App) error {
		change.Set("status", status)
		change.Set("reason", reason)
		return tx.Save(change)
	})
	return change, sentenceOf(err)
}
