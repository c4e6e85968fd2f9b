package seats

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/record"
)

// Register wires the seat limit to every writer of memberships, invitations and teams (R43, R45).
func Register(app core.App) {
	for _, collection := range []string{"memberships", "invitations"} {
		app.OnRecordCreateExecute(collection).BindFunc(record.Guard(guard))
		app.OnRecordUpdateExecute(collection).BindFunc(record.Guard(guard))
	}
	app.OnRecordUpdateExecute("teams").BindFunc(record.Guard(guardLimit))
}

// guard takes the seats that a write would use or promise beyond what the row did before.
func guard(app core.App, r *core.Record) error {
	now := time.Now()
	admins, organizers := uses(r, now)
	if !r.IsNew() && (admins > 0 || organizers > 0) {
		hadAdmins, hadOrganizers := uses(r.Original(), now)
		admins, organizers = admins-hadAdmins, organizers-hadOrganizers
	}
	return Take(app, r.GetString("team"), admins, organizers)
}

// uses is how many seats a row uses or promises.
func uses(r *core.Record, now time.Time) (admins, organizers int) {
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

// guardLimit refuses to lower a team's seats below what is used and promised, and names who holds them.
func guardLimit(app core.App, team *core.Record) error {
	if !lowered(team, "admin_seats") && !lowered(team, "organizer_seats") {
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
		if !lowered(team, kind.field) || team.GetInt(kind.field) >= taken {
			continue
		}
		names, err := called(app, team.Id, kind.holds)
		if err != nil {
			return err
		}
		return record.Refuse(kind.field, CodeFull, fmt.Sprintf(
			"%d %s seats are used or reserved, by %s. Free seats first.", taken, kind.word, names))
	}
	return nil
}

func lowered(team *core.Record, field string) bool {
	before, after := team.Original().GetInt(field), team.GetInt(field)
	return after != plans.Unlimited && (before == plans.Unlimited || after < before)
}

// called names at most ten holders.
func called(app core.App, team string, holds func(Holder) bool) (string, error) {
	holders, err := Holders(app, team, 1000)
	if err != nil {
		return "", err
	}
	var names []string
	for _, h := range holders {
		if holds(h) {
			names = append(names, h.Called())
		}
	}
	if more := len(names) - 10; more > 0 {
		names = append(names[:10], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", "), nil
}
