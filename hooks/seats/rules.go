package seats

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// Register registers the seat limit for every writer of memberships, invitations and teams (R43, R45).
func Register(app core.App) {
	for _, collection := range []string{"memberships", "invitations"} {
		app.OnRecordCreateExecute(collection).BindFunc(record.Guard(validateSeats))
		app.OnRecordUpdateExecute(collection).BindFunc(record.Guard(validateSeats))
	}
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(validateLimits))
}

// validateSeats requires the seats that a write uses or reserves in addition to what the row already does.
func validateSeats(app core.App, r *core.Record) error {
	now := time.Now()
	admins, organizers := seatsUsed(r, now)
	if !r.IsNew() && (admins > 0 || organizers > 0) {
		hadAdmins, hadOrganizers := seatsUsed(r.Original(), now)
		admins, organizers = admins-hadAdmins, organizers-hadOrganizers
	}
	return Require(app, r.GetString("team"), admins, organizers)
}

// seatsUsed returns how many seats a row uses or reserves.
func seatsUsed(r *core.Record, now time.Time) (admins, organizers int) {
	if r.Collection().Name == "invitations" &&
		(r.GetString("status") != "pending" || !r.GetDateTime("expires").Time().After(now)) {
		return 0, 0
	}
	if r.GetBool("admin") || r.GetBool("owner") {
		admins = 1
	}
	if r.GetBool("organizer") {
		organizers = 1
	}
	return admins, organizers
}

// validateLimits returns an error that names the holders if a team's seats would be lowered below what is used and reserved.
func validateLimits(app core.App, team *core.Record) error {
	if plans.BelowUse(team) || !isLowered(team, "admin_seats") && !isLowered(team, "organizer_seats") {
		return nil
	}
	now, err := Of(app, team.Id)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		field, word string
		count       Count
		holds       func(Holder) bool
	}{
		{"admin_seats", "Admin", now.Admin, func(h Holder) bool { return h.Admin }},
		{"organizer_seats", "Organizer", now.Organizer, func(h Holder) bool { return h.Organizer }},
	} {
		taken := kind.count.Used + kind.count.Reserved
		if !isLowered(team, kind.field) || team.GetInt(kind.field) >= taken {
			continue
		}
		names, err := holderNames(app, team.Id, kind.holds)
		if err != nil {
			return err
		}
		return errs.Invalid(kind.field, CodeFull, fmt.Sprintf(
			"%d %s seats are used or reserved by %s. Free some first.", taken, kind.word, names))
	}
	return nil
}

func isLowered(team *core.Record, field string) bool {
	before, after := team.Original().GetInt(field), team.GetInt(field)
	return after != plans.Unlimited && (before == plans.Unlimited || after < before)
}

// holderNames returns the names of at most ten holders.
func holderNames(app core.App, team string, holds func(Holder) bool) (string, error) {
	holders, err := Holders(app, team, 1000)
	if err != nil {
		return "", err
	}
	var names []string
	for _, h := range holders {
		if holds(h) {
			names = append(names, h.DisplayName())
		}
	}
	if more := len(names) - 10; more > 0 {
		names = append(names[:10], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", "), nil
}
