package panel

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/seats"
	"usher/views/web"
)

// wholePage gives an error the whole page, where a part of it was asked for: it does not fit there.
func wholePage(e *core.RequestEvent) error {
	err := e.Next()
	if err != nil && web.IsFragment(e) {
		e.Response.Header().Set("HX-Retarget", "body")
		e.Response.Header().Set("HX-Reswap", "innerHTML")
	}
	return err
}

// onlyPanel refuses who is in the team without the right to the panel, and names whom to ask (R15). A guest
// sees no list of the team's people and is told the Owner alone (R25).
func onlyPanel(e *core.RequestEvent) error {
	actor := web.Actor(e)
	if actor.SeesPanel() {
		return e.Next()
	}
	audit.TurnedAway(e.App, actor, "panel.enter", "a page")
	names, err := whomToAsk(e.App, actor)
	if err != nil {
		return err
	}
	return record.Forbid(fmt.Sprintf("The Admin Panel of %s is for its Owner and Admins. You are in the team, "+
		"but an Admin role is missing or not accepted yet. Ask %s.", actor.Team.GetString("name"), names))
}

func whomToAsk(app core.App, actor *actors.Actor) (string, error) {
	holders, err := seats.Holders(app, actor.Team.Id, 100)
	if err != nil {
		return "", err
	}
	var names []string
	for _, h := range holders {
		switch {
		case h.Owner:
			names = append(names, h.Called()+" (Owner)")
		case h.Admin && !h.Reserved && actor.Kind != members.Guest && len(names) < 6:
			names = append(names, h.Called()+" (Admin)")
		}
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " or " + names[last], nil
	}
	return strings.Join(names, ""), nil
}
