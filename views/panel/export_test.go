package panel

import (
	"context"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/people"
	"usher/views/web"
)

// BareUsersPage renders the Users page with the least possible work: one indexed query of fifty rows, and the same
// component with the same output.
func BareUsersPage(e *core.RequestEvent, query people.Query, order string) (http.Handler, error) {
	props, err := loadUsersPage(e, query, "")
	if err != nil {
		return nil, err
	}
	team := web.Actor(e).Team.Id
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var rows []people.Row
		err := e.App.DB().NewQuery("SELECT id, user, invitation, name, email, avatar, kind, status, owner, admin, organizer, ask_admin, " +
			"ask_organizer, asked, expires, answered, added, active FROM people WHERE team = {:team} ORDER BY label " + order + " LIMIT 50").
			Bind(map[string]any{"team": team}).All(&rows)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = Users(props).Render(context.Background(), w)
	}), nil
}

// NewScale is the scale of the chart of peaks.
var NewScale = newScale
