// Package seats makes sure that a team doesn't use and reserve more Admin and Organizer seats than it has. All callers use
// the same count.
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

// CodeFull is the code of an error because no seat is free (R41).
const CodeFull = "seats_full"

// Count is the number of seats of one kind. Limit may be plans.Unlimited.
type Count struct {
	Limit    int // seats of the team
	Used     int // by members
	Reserved int // by pending invitations
}

// Free returns how many seats are free, or plans.Unlimited.
func (c Count) Free() int {
	if c.Limit == plans.Unlimited {
		return plans.Unlimited
	}
	return max(0, c.Limit-c.Used-c.Reserved)
}

// Fits reports whether n more seats are free.
func (c Count) Fits(n int) bool {
	return n <= 0 || c.Limit == plans.Unlimited || c.Used+c.Reserved+n <= c.Limit
}

// Seats has the seats and licences of a team.
type Seats struct {
	Admin     Count
	Organizer Count
	Licences  Count // used by running sessions
}

// Of counts a team's seats. Triggers keep the used and reserved seats in seat_counts; those reserved by expired invitations
// are subtracted here.
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
		return Seats{}, errs.ErrNotFound
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

// Require returns an error if the seats aren't free, in the transaction that is going to use or reserve them. It says which
// seats are missing and what to do (R41).
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

// hasFreeSeats reports whether the seats are free even without those of expired invitations. It is faster than Of.
func hasFreeSeats(tx core.App, team string, admins, organizers int) (bool, error) {
	var fits bool
	err := tx.DB().NewQuery(`SELECT
			({:a} <= 0 OR admin_seats = -1 OR coalesce(admins + admins_promised, 0) + {:a} <= admin_seats) AND
			({:o} <= 0 OR organizer_seats = -1 OR coalesce(organizers + organizers_promised, 0) + {:o} <= organizer_seats)
		FROM teams LEFT JOIN seat_counts ON seat_counts.team = teams.id WHERE teams.id = {:team}`).WithContext(record.Prepared).
		Bind(dbx.Params{"team": team, "a": admins, "o": organizers}).Row(&fits)
	if errors.Is(err, sql.ErrNoRows) {
		return false, errs.ErrNotFound
	}
	if err != nil {
		return false, fmt.Errorf("count seats: %w", err)
	}
	return fits, nil
}

// Require returns an error if the seats aren't free.
func (s Seats) Require(admins, organizers int) error {
	switch {
	case !s.Admin.Fits(admins) && !s.Organizer.Fits(organizers):
		return fullError("Admin seats and no Organizer seats")
	case !s.Admin.Fits(admins):
		return fullError("Admin seats")
	case !s.Organizer.Fits(organizers):
		return fullError("Organizer seats")
	}
	return nil
}

func fullError(what string) error {
	return errs.Invalid("roles", CodeFull, "There are no "+what+
		" left. To free one, revoke a role or an invitation. "+plans.MoreHint("seats")+".")
}
