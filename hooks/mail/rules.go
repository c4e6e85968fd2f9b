package mail

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// registerRules registers the rules for every writer: an email starts queued, keeps its recipient, only moves forward, and
// has no content after it was sent or failed. The emails of a team are deleted with it, except those that DetachTeam
// detached.
func registerRules(app core.App) {
	app.OnRecordCreateExecute(collection).Bind(&hook.Handler[*core.RecordEvent]{
		Id: "usherMailCreate", Func: record.Guard(validateCreate)})
	app.OnRecordUpdateExecute(collection).Bind(&hook.Handler[*core.RecordEvent]{
		Id: "usherMailUpdate", Func: record.Guard(validateUpdate)})
	app.OnRecordDeleteExecute("teams").Bind(&hook.Handler[*core.RecordEvent]{
		Id: "usherMailTeam", Func: deleteTeamEmails})
}

// deleteTeamEmails deletes a team's emails in the transaction that deletes the team.
func deleteTeamEmails(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		_, err := e.App.DB().NewQuery("DELETE FROM outbox WHERE team = {:team}").Bind(params{"team": e.Record.Id}).Execute()
		if err != nil {
			return fmt.Errorf("delete the emails of a team: %w", err)
		}
		return nil
	})
}

func validateCreate(_ core.App, r *core.Record) error {
	if r.GetString("status") != Queued || r.GetString("sealed") == "" {
		return errs.Invalid("status", "bad_letter", "A new email must be queued and have content.")
	}
	return nil
}

func validateUpdate(app core.App, r *core.Record) error {
	var was string
	err := app.DB().NewQuery("SELECT status FROM outbox WHERE id = {:id}").Bind(params{"id": r.Id}).Row(&was)
	if errors.Is(err, sql.ErrNoRows) {
		return errs.Invalid("base", "bad_letter", "This email no longer exists.")
	}
	if err != nil {
		return fmt.Errorf("read the status of an email: %w", err)
	}
	status := r.GetString("status")
	if !slices.Contains(transitions[was], status) {
		return errs.Invalid("status", "bad_letter", fmt.Sprintf("An email that is %s can't become %s.", was, status))
	}
	if record.Changed(r, "kind", "recipient", "about") || record.Changed(r, "team") && r.GetString("team") != "" {
		return errs.Invalid("recipient", "bad_letter", "The kind, recipient and subject of an email can't change. Queue a new one.")
	}
	reported := isReported(status) || status == Failed && was == Sent
	if reported && r.GetString("provider_id") == "" {
		return errs.Invalid("status", "bad_letter", "Only an email that the provider accepted can have a delivery status.")
	}
	if r.GetBool("unreachable") && !slices.Contains([]string{Failed, Bounced, Complained}, status) {
		return errs.Invalid("unreachable", "bad_letter", "Only an email that wasn't delivered can mark its address as unreachable.")
	}
	if status != Queued && status != Sending {
		r.Set("sealed", "")
	} else if r.GetString("sealed") == "" {
		return errs.Invalid("sealed", "bad_letter", "A queued email must keep its content.")
	}
	return nil
}
