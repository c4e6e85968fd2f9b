package billing

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/emails"
	outbox "usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/record"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// dashboardPath is the page of the changes in the dashboard.
const dashboardPath = "/_/#/collections?collection=plan_changes"

// sendRequest queues the email about a request to the server administrator, if the support contact is an address.
func sendRequest(tx core.App, change *Change, actor *actors.Actor) error {
	config := settings.Of(tx)
	support := config.SupportAddress()
	if support == "" {
		return nil // it is a page: requests are listed in the dashboard and on the command line
	}
	email := emails.PlanRequest(emails.PlanRequestProps{
		To: support, Team: teams.EmailProps(tx, actor.Team), By: actor.Name(), ByAddress: actor.Account.Email(),
		Change: change.Summary(), ID: change.Id, Dashboard: config.Link(dashboardPath),
	})
	email.About, email.Team = change.Id, actor.Team.Id
	_, err := outbox.Queue(tx, email)
	return err
}

// sendDecision queues the email about the decision to who requested the change.
func sendDecision(tx core.App, change *Change) error {
	account, err := record.One[core.Record](tx.RecordQuery("users").AndWhere(dbx.HashExp{"id": change.UserID()}), "find who requested a change of a plan")
	if err != nil {
		return errs.IgnoreNotFound(err)
	}
	team, err := teams.Find(tx, change.TeamID())
	if err != nil {
		return err
	}
	config := settings.Of(tx)
	props := emails.PlanDecidedProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team.Record), Change: change.Summary(),
		Approved: change.Status() != Declined, Reason: change.Reason(), Link: config.Link(paths.Billing(team.Slug())), Support: config.Support,
	}
	if change.Status() == Scheduled {
		props.Starts = change.Starts().In(team.Zone()).Format("2 January 2006")
	}
	email := emails.PlanDecided(props)
	email.About, email.Team = account.Id, team.Id
	_, err = outbox.Queue(tx, email)
	return err
}

// checkStillRequested is the condition of the email to the server administrator: the change still waits for them.
func checkStillRequested(tx core.App, m *outbox.Email) (reason string, err error) {
	change, err := Find(tx, m.About())
	if errs.IgnoreNotFound(err) != nil {
		return "", err
	}
	if err != nil || change.Status() != Requested {
		return outbox.ReasonPlanDecided, nil
	}
	return "", nil
}

// checkStillManages is the condition of the email about a decision: the recipient still manages the team.
func checkStillManages(tx core.App, m *outbox.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	manages, err := actors.IsManager(tx, account.Id, m.Team())
	if err != nil || manages {
		return "", err
	}
	return outbox.ReasonNotAdmin, nil
}
