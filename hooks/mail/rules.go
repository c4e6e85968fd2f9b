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

// registerRules holds for every writer: a letter starts queued, keeps its recipient, moves forward only, and
// has no content left once it is sent or has failed. The letters of a team go with it, those that wait unsent, other
// than what Untie lets outlive it.
func registerRules(app core.App) {
	app.OnRecordCreateExecute(collection).Bind(&hook.Handler[*core.RecordEvent]{
		Id: "usherMailCreate", Func: record.Guard(validateCreate)})
	app.OnRecordUpdateExecute(collection).Bind(&hook.Handler[*core.RecordEvent]{
		Id: "usherMailUpdate", Func: record.Guard(validateUpdate)})
	app.OnRecordDeleteExecute("teams").Bind(&hook.Handler[*core.RecordEvent]{
		Id: "usherMailTeam", Func: deleteTeamEmails})
}

// deleteTeamEmails deletes a team's letters in the transaction that deletes the team.
func deleteTeamEmails(e *core.RecordEvent) error {
	return record.InTx(e, func() error {
		if err := e.Next(); err != nil {
			return err
		}
		_, err := e.App.DB().NewQuery("DELETE FROM outbox WHERE team = {:team}").Bind(params{"team": e.Record.Id}).Execute()
		if err != nil {
			return fmt.Errorf("delete the letters of a team: %w", err)
		}
		return nil
	})
}

func validateCreate(_ core.App, r *core.Record) error {
	if r.GetString("status") != Queued || r.GetString("sealed") == "" {
		return errs.Invalid("status", "bad_letter", "A letter starts queued, with its content.")
	}
	return nil
}

func validateUpdate(app core.App, r *core.Record) error {
	var was string
	err := app.DB().NewQuery("SELECT status FROM outbox WHERE id = {:id}").Bind(params{"id": r.Id}).Row(&was)
	if errors.Is(err, sql.ErrNoRows) {
		return errs.Invalid("base", "bad_letter", "This letter is not listed any more.")
	}
	if err != nil {
		return fmt.Errorf("read the state of a letter: %w", err)
	}
	status := r.GetString("status")
	if !slices.Contains(transitions[was], status) {
		return errs.Invalid("status", "bad_letter", fmt.Sprintf("A letter that is %s cannot become %s.", was, status))
	}
	if record.Changed(r, "kind", "recipient", "about") || record.Changed(r, "team") && r.GetString("team") != "" {
		return errs.Invalid("recipient", "bad_letter", "A letter keeps its recipient and its subject. Make a new one.")
	}
	reported := isReported(status) || status == Failed && was == Sent
	if reported && r.GetString("provider_id") == "" {
		return errs.Invalid("status", "bad_letter", "Nothing is reported of a letter that no provider took.")
	}
	if r.GetBool("unreachable") && !slices.Contains([]string{Failed, Bounced, Complained}, status) {
		return errs.Invalid("unreachable", "bad_letter", "An address is unreachable by a letter that did not come to it.")
	}
	if status != Queued && status != Sending {
		r.Set("sealed", "")
	} else if r.GetString("sealed") == "" {
		return errs.Invalid("sealed", "bad_letter", "A letter that waits keeps its content.")
	}
	return nil
}
