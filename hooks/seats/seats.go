// Package seats keeps that no team has more Admin and Organizer seats taken or promised than it has.
// There is one count, and everybody asks it.
package seats

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// CodeFull is the code of a refusal for want of a free seat (R41).
const CodeFull = "seats_full"

// Count is the seats of one kind. Limit is plans.Unlimited where there is none.
type Count struct {
	Limit    int // what the team has
	Used     int // taken by members
	Reserved int // promised by pending invitations
}

// Free is how many seats can still be given; plans.Unlimited where there is no limit.
func (c Count) Free() int {
	if c.Limit == plans.Unlimited {
		return plans.Unlimited
	}
	return max(0, c.Limit-c.Used-c.Reserved)
}

// Fits reports whether n more seats can be given.
func (c Count) Fits(n int) bool {
	return n <= 0 || c.Limit == plans.Unlimited || c.Used+c.Reserved+n <= c.Limit
}

// Seats is all that a team has.
type Seats struct {
	Admin     Count
	Organizer Count
	Licences  Count // sessions running at once
}

// Of counts a team's seats now. What is taken and promised is kept in seat_counts by triggers; what is promised by an
// invitation that is overdue is taken off.
func Of(app core.App, team string) (Seats, error) {
	var row struct {
		AdminLimit        int `db:"admin_limit"`
		OrganizerLimit    int `db:"organizer_limit"`
		LicenceLimit      int `db:"licence_limit"`
		LicencesUsed      int `db:"licences_used"`
		AdminUsed         int `db:"admin_used"`
		OrganizerUsed     int `db:"organizer_used"`
		AdminReserved     int `db:"admin_reserved"`
		OrganizerReserved int `db:"organizer_reserved"`
	}
	err := app.DB().NewQuery(`
		SELECT t.admin_seats admin_limit, t.organizer_seats organizer_limit, t.licences licence_limit,
			(SELECT count(*) FROM sessions s WHERE s.team = t.id AND s.status = 'running') licences_used,
			coalesce(c.admins, 0) admin_used, coalesce(c.organizers, 0) organizer_used,
			coalesce(c.admins_promised, 0) - late.admins admin_reserved, coalesce(c.organizers_promised, 0) - late.organizers organizer_reserved
		FROM teams t LEFT JOIN seat_counts c ON c.team = t.id,
			(SELECT coalesce(sum(admin), 0) admins, coalesce(sum(organizer), 0) organizers
				FROM invitations WHERE team = {:team} AND status = 'pending' AND expires <= {:now} AND admin + organizer > 0) late
		WHERE t.id = {:team}`).WithContext(record.Prepared).
		Bind(dbx.Params{"team": team, "now": types.NowDateTime().String()}).One(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return Seats{}, errs.NotFound
	}
	if err != nil {
		return Seats{}, fmt.Errorf("count seats: %w", err)
	}
	return Seats{
		Admin:     Count{row.AdminLimit, row.AdminUsed, row.AdminReserved},
		Organizer: Count{row.OrganizerLimit, row.OrganizerUsed, row.OrganizerReserved},
		Licences:  Count{Limit: row.LicenceLimit, Used: row.LicencesUsed},
	}, nil
}

// Require asks for seats inside the transaction that will use or promise them. The refusal says which
// seat is missing and the ways out (R41).
func Require(tx core.App, team string, admins, organizers int) error {
	if admins <= 0 && organizers <= 0 {
		return nil
	}
	if fits, err := hasFreeSeats(tx, team, admins, organizers); fits || err != nil {
		return err
	}
	seats, err := Of(tx, team)
	if err != nil {
		return err
	}
	return seats.Require(admins, organizers)
}

// hasFreeSeats is the quick yes: the seats fit even if no overdue invitation had ended.
func hasFreeSeats(tx core.App, team string, admins, organizers int) (bool, error) {
	var fits bool
	err := tx.DB().NewQuery(`SELECT
			({:a} <= 0 OR admin_seats = -1 OR coalesce(admins + admins_promised, 0) + {:a} <= admin_seats) AND
			({:o} <= 0 OR organizer_seats = -1 OR coalesce(organizers + organizers_promised, 0) + {:o} <= organizer_seats)
		FROM teams LEFT JOIN seat_counts ON seat_counts.team = teams.id WHERE teams.id = {:team}`).WithContext(record.Prepared).
		Bind(dbx.Params{"team": team, "a": admins, "o": organizers}).Row(&fits)
	if errors.Is(err, sql.ErrNoRows) {
		return false, errs.NotFound
	}
	if err != nil {
		return false, fmt.Errorf("count seats: %w", err)
	}
	return fits, nil
}

// Require is nil if the seats fit.
func (s Seats) Require(admins, organizers int) error {
	switch {
	case !s.Admin.Fits(admins) && !s.Organizer.Fits(organizers):
		return fullError("Admin seat and no free Organizer seat")
	case !s.Admin.Fits(admins):
		return fullError("Admin seat")
	case !s.Organizer.Fits(organizers):
		return fullError("Organizer seat")
	}
	return nil
}

func fullError(what string) error {
	return errs.Invalid("roles", CodeFull, "There is no free "+what+
		". Free one by revoking a role or an invitation. "+plans.MoreHint("seats")+".")
}
