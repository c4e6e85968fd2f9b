package members

import (
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/errs"
)

// AddGuest makes the account a guest of the team in the transaction of a join, unless it is already in the team (R67). made
// reports whether it was added.
func AddGuest(tx core.App, team, user string) (made bool, err error) {
	_, err = Find(tx, team, user)
	if !errors.Is(err, errs.ErrNotFound) {
		return false, err
	}
	collection, err := tx.FindCachedCollectionByNameOrId("memberships")
	if err != nil {
		return false, fmt.Errorf("find memberships: %w", err)
	}
	m := &Membership{core.NewRecord(collection)}
	m.Load(map[string]any{"team": team, "user": user, "kind": actors.Guest})
	return true, tx.Save(m)
}
