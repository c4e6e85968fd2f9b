package mail

import (
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/errs"
)

// DetachTeam lets the queued emails of a kind outlive their team, in the transaction that deletes the team: each is
// rendered while its data still exists. An obsolete one is deleted with the team.
func DetachTeam(tx core.App, team, kind string) error {
	var waiting []*Email
	err := tx.RecordQuery(collection).AndWhere(dbx.HashExp{"team": team, "kind": kind, "status": []any{Queued, Sending}}).All(&waiting)
	if err != nil {
		return fmt.Errorf("find the emails of a team: %w", err)
	}
	for _, m := range waiting {
		content, err := unseal(tx, m.Id, m.GetString("sealed"))
		if err == nil {
			_, err = render(tx, m, content)
		}
		if errors.Is(err, errWrongKey) || errs.Code(err) != "" {
			continue
		}
		if err != nil {
			return err
		}
		m.Set("team", "")
		if err := tx.Save(m); err != nil {
			return err
		}
	}
	return nil
}
