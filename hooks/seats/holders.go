package seats

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Holder is somebody who has a seat or to whom one is promised.
type Holder struct {
	ID        string         `db:"id"` // the user's, or the invitation's while nobody accepted
	Name      string         `db:"name"`
	Email     string         `db:"email"`
	Owner     bool           `db:"owner"`
	Admin     bool           `db:"admin"` // the Owner's seat, too
	Organizer bool           `db:"organizer"`
	Reserved  bool           `db:"reserved"`
	Expires   types.DateTime `db:"expires"`
}

// Called is the holder's name, or the address.
func (h Holder) Called() string {
	if h.Name != "" {
		return h.Name
	}
	return h.Email
}

// Holders lists who holds the team's seats, used ones first, the Owner before all, at most limit rows.
func Holders(app core.App, team string, limit int) ([]Holder, error) {
	var holders []Holder
	err := app.DB().NewQuery(`
		SELECT * FROM (
			SELECT u.id, u.name, u.email, m.owner, (m.owner OR m.admin) admin, m.organizer, 0 reserved, '' expires, m.created asked
			FROM memberships m JOIN users u ON u.id = m.user
			WHERE m.team = {:team} AND (m.owner OR m.admin OR m.organizer)
			UNION ALL
			SELECT coalesce(u.id, i.id), coalesce(nullif(u.name, ''), i.name), i.email, 0, i.admin, i.organizer, 1, i.expires, i.created
			FROM invitations i
			LEFT JOIN memberships m ON m.team = i.team AND m.user = (SELECT id FROM users WHERE email = i.email COLLATE NOCASE AND email != '')
			LEFT JOIN users u ON u.id = m.user
			WHERE i.team = {:team} AND i.status = 'pending' AND i.expires > {:now} AND (i.admin OR i.organizer)
		) ORDER BY reserved, owner DESC, asked LIMIT {:limit}`).
		Bind(dbx.Params{"team": team, "now": types.NowDateTime().String(), "limit": limit}).All(&holders)
	if err != nil {
		return nil, fmt.Errorf("list seat holders: %w", err)
	}
	return holders, nil
}
