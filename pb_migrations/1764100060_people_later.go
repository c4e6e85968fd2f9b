package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The people index is updated after the action that changes it: joining, inviting and answering only insert the stale row's key
// into people_stale, in the same transaction. Deleting that key updates the row, and it happens before a team's list is read,
// so that reads are never stale and a crash loses nothing. Rare changes, such as a new name or email or a removal, still
// update immediately.
func init() {
	replaced := []string{"new_member", "first_member", "named_member", "member", "new_invitation", "first_invitation",
		"named_invitation", "invitation", "other_invitation"}
	m.Register(func(app core.App) error {
		return execute(app, dropPeopleTriggers(replaced)+
			"CREATE TABLE people_stale (team TEXT NOT NULL, email TEXT NOT NULL, PRIMARY KEY (team, email)) WITHOUT ROWID;;"+
			noted("new_member", "AFTER INSERT ON memberships", ofMember)+
			noted("member", "AFTER UPDATE OF kind, owner, admin, organizer, created ON memberships", ofMember)+
			noted("new_invitation", "AFTER INSERT ON invitations", "NEW.email")+
			noted("invitation", "AFTER UPDATE OF admin, organizer, status, expires, answered, name, created ON invitations", "NEW.email")+
			trigger("people_renewed", "AFTER DELETE ON people_stale", "", deleteOrphan, fill(old), rename(old)))
	}, func(app core.App) error {
		statements := "DELETE FROM people_stale;; DROP TRIGGER people_renewed;; DROP TABLE people_stale;;" +
			dropPeopleTriggers([]string{"new_member", "member", "new_invitation", "invitation"})
		for _, statement := range strings.Split(peopleTriggers(), ";;") {
			for _, name := range replaced {
				if strings.HasPrefix(statement, "CREATE TRIGGER people_of_"+name+" ") {
					statements += statement + ";;"
				}
			}
		}
		return execute(app, statements)
	})
}

func dropPeopleTriggers(names []string) string {
	return "DROP TRIGGER people_of_" + strings.Join(names, ";; DROP TRIGGER people_of_") + ";;"
}

func noted(name, event, email string) string {
	return trigger("people_of_"+name, event, "",
		"INSERT INTO people_stale VALUES (NEW.team, "+email+") ON CONFLICT DO NOTHING")
}

// old is the key that is deleted from people_stale.
const old = "(SELECT OLD.team team, OLD.email email)"

// deleteOrphan deletes the row of an email that is neither a member nor invited.
const deleteOrphan = `DELETE FROM people WHERE team = OLD.team AND email = OLD.email
	AND NOT EXISTS (SELECT 1 FROM users u CROSS JOIN memberships m ON m.user = u.id AND m.team = OLD.team WHERE u.email = OLD.email COLLATE NOCASE)
	AND coalesce((SELECT status FROM invitations WHERE team = OLD.team AND email = OLD.email ORDER BY created DESC, rowid DESC LIMIT 1), 'accepted') = 'accepted'`
