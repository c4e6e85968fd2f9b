package seats

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/people"
	"usher/hooks/record"
)

// Holder is a user who uses a seat, or an invitee for whom one is reserved.
type Holder struct {
	ID        string         `db:"id"` // the user's, or the invitation's until it is accepted
	Name      string         `db:"name"`
	Email     string         `db:"email"`
	Owner     bool           `db:"owner"`
	Admin     bool           `db:"admin"` // also for the Owner
	Organizer bool           `db:"organizer"`
	Reserved  bool           `db:"reserved"`
	Expires   types.DateTime `db:"expires"`
}

// DisplayName returns the holder's name, or the address.
func (h Holder) DisplayName() string {
	if h.Name != "" {
		return h.Name
	}
	return h.Email
}

// Holders lists the holders of the team's seats: the Owner first, then used seats, then reserved ones, at most limit.
func Holders(app core.App, team string, limit int) ([]Holder, error) {
	if err := people.Refresh(app, team); err != nil {
		return nil, err
	}
	var holders []Holder
	err := app.DB().NewQuery(`
		SELECT id, name, email, owner, (owner OR admin) admin, organizer, 0 reserved, '' expires, added
		FROM people INDEXED BY people_holders WHERE team = {:team} AND (owner OR admin OR organizer)
		UNION ALL
		SELECT id, name, email, 0, ask_admin, ask_organizer, 1, expires, added
		FROM people INDEXED BY people_promised WHERE team = {:team} AND asked AND (ask_admin OR ask_organizer) AND expires > {:now}
		ORDER BY reserved, owner DESC, added LIMIT {:limit}`).WithContext(record.Prepared).
		Bind(dbx.Params{"team": team, "now": types.NowDateTime().String(), "limit": limit}).All(&holders)
	if err != nil {
		return nil, fmt.Errorf("list seat holders: %w", err)
	}
	return holders, nil
}
