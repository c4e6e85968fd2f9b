package capacity

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/record"
	"usher/hooks/seats"
)

// Register registers the hooks that check the capacity after each change of seats, licences or limits: in its transaction
// if more is used, and after its commit if something is free again.
func Register(app core.App) {
	mail.RegisterCondition(app, checkStillShort, mail.KindCapacity)
	for _, collection := range []string{"memberships", "invitations"} {
		app.OnRecordCreateExecute(collection).BindFunc(raiseMarksIf(changesSeats))
		app.OnRecordUpdateExecute(collection).BindFunc(raiseMarksIf(changesSeats))
		app.OnRecordAfterUpdateSuccess(collection).BindFunc(lowerMarksIf(changesSeats))
		app.OnRecordAfterDeleteSuccess(collection).BindFunc(lowerMarksIf(changesSeats))
	}
	app.OnRecordUpdateExecute("sessions").BindFunc(raiseMarksIf(changesStatus))
	app.OnRecordAfterUpdateSuccess("sessions").BindFunc(lowerMarksIf(hasEnded))
	app.OnRecordUpdateExecute("teams").BindFunc(raiseMarksIf(changesLimits))
	app.OnRecordAfterUpdateSuccess("teams").BindFunc(lowerMarksIf(func(*core.Record) bool { return true }))
}

// recordFilter reports whether a change of the record may change what a team has left.
type recordFilter func(r *core.Record) bool

func changesSeats(r *core.Record) bool {
	before := r.Original()
	return r.GetBool("owner") || r.GetBool("admin") || r.GetBool("organizer") || before.GetBool("admin") || before.GetBool("organizer")
}

func changesStatus(r *core.Record) bool { return record.Differs(r, r.Original(), "status") }

func hasEnded(r *core.Record) bool { return r.GetString("status") == "ended" }

func changesLimits(r *core.Record) bool {
	return record.Differs(r, r.Original(), "admin_seats", "organizer_seats", "licences")
}

func raiseMarksIf(about recordFilter) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		if !about(e.Record) {
			return e.Next()
		}
		return record.InTx(e, func() error {
			if err := e.Next(); err != nil {
				return err
			}
			return raiseMarks(e.App, teamOf(e.Record), e.Record.GetBool("owner"))
		})
	}
}

func lowerMarksIf(about recordFilter) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		if about(e.Record) {
			if err := lowerMarks(e.App, teamOf(e.Record)); err != nil {
				e.App.Logger().Error("capacity marks couldn't be lowered", "error", err.Error())
			}
		}
		return e.Next()
	}
}

func teamOf(r *core.Record) string {
	if r.Collection().Name == "teams" {
		return r.Id
	}
	return r.GetString("team")
}

// checkStillShort is the condition of the email: the recipient manages the team, and the level is still the same.
func checkStillShort(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	manages, err := actors.IsManager(tx, account.Id, m.Team())
	if err != nil {
		return "", err
	}
	if !manages {
		return mail.ReasonNotAdmin, nil
	}
	var b basis
	if err := json.Unmarshal([]byte(m.Basis()), &b); err != nil {
		return "", fmt.Errorf("decode the basis of a capacity email: %w", err)
	}
	now, err := seats.Of(tx, m.Team())
	if err != nil {
		return "", err
	}
	for _, r := range resources {
		if r.key == b.Resource && r.level(now) != b.Level {
			return mail.ReasonCapacityFree, nil
		}
	}
	return "", nil
}
