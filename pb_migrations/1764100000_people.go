package pb_migrations

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// people is an index of a team's users: one row per email address, of the member or else the newest invitation. Triggers on
// memberships, invitations and accounts keep it up to date, so that a page is an index lookup and the counters are one row. It
// can be rebuilt from those tables.
//
// tags are labels of a user in a team, by email address, so that an invitee keeps them after accepting. visits hold when a user
// was last active in a team.
func init() {
	m.Register(func(app core.App) error {
		if err := addTags(app); err != nil {
			return err
		}
		if err := indexAddresses(app, ""); err != nil {
			return err
		}
		return execute(app, peopleTables+peopleTriggers()+
			fill("(SELECT team, email FROM invitations UNION SELECT m.team, u.email FROM memberships m JOIN users u ON u.id = m.user)"))
	}, func(app core.App) error {
		statements := ""
		for _, name := range []string{"new_member", "first_member", "named_member", "member", "leaver", "new_invitation", "first_invitation",
			"named_invitation", "invitation", "other_invitation", "old_invitation", "account", "address"} {
			statements += "DROP TRIGGER people_of_" + name + ";;"
		}
		statements += "DROP TABLE visits;; DROP TABLE people_find;; DROP TABLE people;; DROP TABLE tallies;; DROP INDEX idx_invitations_address"
		if err := execute(app, statements); err != nil {
			return err
		}
		if err := indexAddresses(app, " WHERE `email` != ''"); err != nil {
			return err
		}
		return drop("tags")(app)
	})
}

func addTags(app core.App) error {
	team, err := relation(app, "team", "teams", true, true)
	if err != nil {
		return err
	}
	tags := core.NewBaseCollection("tags")
	tags.Fields.Add(team,
		&core.EmailField{Name: "email", Required: true},
		&core.TextField{Name: "name", Required: true, Max: 40},
		created(),
	)
	tags.AddIndex("idx_tags_person", true, "team, email, name COLLATE NOCASE", "")
	tags.AddIndex("idx_tags_name", false, "team, name COLLATE NOCASE, email", "")
	tags.ListRule = rule(`@request.auth.id != "" && ` + panelOf("team"))
	tags.ViewRule = tags.ListRule
	return app.Save(tags)
}

// indexAddresses creates the index of accounts by email address. SQLite doesn't use a partial index for such a lookup.
func indexAddresses(app core.App, where string) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	users.RemoveIndex("idx_email__pb_users_auth_")
	users.Indexes = append(users.Indexes, "CREATE UNIQUE INDEX `idx_email__pb_users_auth_` ON `users` (`email` COLLATE NOCASE)"+where)
	return app.Save(users)
}

// execute runs statements separated by two semicolons, since triggers contain single ones.
func execute(app core.App, statements string) error {
	for _, statement := range strings.Split(statements, ";;") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := app.DB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(statement), err)
		}
	}
	return nil
}

const peopleTables = `
CREATE INDEX idx_invitations_address ON invitations (team, email, created);;
CREATE TABLE visits (team TEXT NOT NULL, user TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (team, user)) WITHOUT ROWID;;
CREATE TABLE people (
	n INTEGER PRIMARY KEY,
	team TEXT NOT NULL, email TEXT NOT NULL,
	user TEXT NOT NULL, invitation TEXT NOT NULL,
	id TEXT AS (coalesce(nullif(user, ''), invitation)) VIRTUAL,
	name TEXT NOT NULL, avatar TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
	owner INTEGER NOT NULL, admin INTEGER NOT NULL, organizer INTEGER NOT NULL,
	ask_admin INTEGER NOT NULL, ask_organizer INTEGER NOT NULL, asked INTEGER NOT NULL,
	expires TEXT NOT NULL, answered TEXT NOT NULL, added TEXT NOT NULL, active TEXT NOT NULL,
	label TEXT AS (lower(coalesce(nullif(name, ''), email))) STORED,
	who TEXT AS (name || char(10) || email) STORED
);;
CREATE UNIQUE INDEX people_address ON people (team, email);;
CREATE INDEX people_label ON people (team, label);;
CREATE INDEX people_status ON people (team, status, label);;
CREATE INDEX people_active ON people (team, active);;
CREATE INDEX people_asked ON people (team, label, expires) WHERE asked;;
CREATE INDEX people_admin ON people (team, label) WHERE (admin OR ask_admin);;
CREATE INDEX people_organizer ON people (team, label) WHERE (organizer OR ask_organizer);;
CREATE INDEX people_holders ON people (team, owner DESC, added) WHERE (owner OR admin OR organizer);;
CREATE INDEX people_promised ON people (team, added) WHERE asked AND (ask_admin OR ask_organizer);;
CREATE INDEX people_guest ON people (team, label) WHERE kind = 'guest';;
CREATE VIRTUAL TABLE people_find USING fts5 (who, content = 'people', content_rowid = 'n', tokenize = 'trigram');;
CREATE TABLE tallies (
	team TEXT PRIMARY KEY, total INTEGER NOT NULL, accepted INTEGER NOT NULL, pending INTEGER NOT NULL,
	declined INTEGER NOT NULL, revoked INTEGER NOT NULL, expired INTEGER NOT NULL, guests INTEGER NOT NULL
) WITHOUT ROWID;;`

// fill is the rest of an INSERT INTO people, for the pairs of team and email in keys. It updates existing rows. Indexed columns
// that rarely change are only written when they differ, since each index costs page writes.
func fill(keys string) string {
	return "INSERT INTO " + peopleColumns + membersOf(keys) + " UNION ALL " + askedOf(keys) + upToDate
}

const peopleColumns = `people (team, email, user, invitation, name, avatar, kind, status, owner, admin, organizer,
	ask_admin, ask_organizer, asked, expires, answered, added, active) `

func membersOf(keys string) string {
	return `SELECT m.team, u.email, u.id, coalesce(i.id, ''), u.name, u.avatar, m.kind, 'accepted', m.owner, m.admin, m.organizer,
		coalesce(i.admin, 0), coalesce(i.organizer, 0), i.id IS NOT NULL, coalesce(i.expires, ''), '', m.created, coalesce(v.seen, '')
	FROM ` + keys + ` k
	CROSS JOIN users u ON u.email = k.email COLLATE NOCASE
	CROSS JOIN memberships m ON m.team = k.team AND m.user = u.id
	LEFT JOIN invitations i ON i.team = k.team AND i.email = k.email AND i.status = 'pending'
	LEFT JOIN visits v ON v.team = k.team AND v.user = u.id
	WHERE true`
}

func askedOf(keys string) string {
	return `SELECT i.team, i.email, '', i.id, i.name, '', 'member', i.status, 0, 0, 0,
		i.admin, i.organizer, i.status = 'pending', i.expires, i.answered, i.created, ''
	FROM ` + keys + ` k
	CROSS JOIN invitations i ON i.id = (SELECT id FROM invitations WHERE team = k.team AND email = k.email ORDER BY created DESC, rowid DESC LIMIT 1)
	WHERE i.status != 'accepted' AND NOT EXISTS (
		SELECT 1 FROM users u CROSS JOIN memberships m ON m.user = u.id AND m.team = k.team WHERE u.email = k.email COLLATE NOCASE)`
}

const upToDate = ` ON CONFLICT (team, email) DO UPDATE SET user = excluded.user, invitation = excluded.invitation,
	kind = excluded.kind, status = excluded.status, owner = excluded.owner, admin = excluded.admin, organizer = excluded.organizer,
	ask_admin = excluded.ask_admin, ask_organizer = excluded.ask_organizer, asked = excluded.asked,
	expires = excluded.expires, answered = excluded.answered, added = excluded.added`

// rename updates what fill doesn't: name, picture and last visit.
func rename(keys string) string {
	values := map[string]string{
		"name": "(SELECT CASE WHEN people.user != '' THEN (SELECT u.name FROM users u WHERE u.id = people.user)" +
			" ELSE (SELECT i.name FROM invitations i WHERE i.id = people.invitation) END)",
		"avatar": "coalesce((SELECT u.avatar FROM users u WHERE u.id = people.user), '')",
		"active": "coalesce((SELECT v.seen FROM visits v WHERE v.team = people.team AND v.user = people.user), '')",
	}
	var set, differ []string
	for _, column := range slices.Sorted(maps.Keys(values)) {
		set = append(set, column+" = "+values[column])
		differ = append(differ, column+" != "+values[column])
	}
	return "UPDATE people SET " + strings.Join(set, ", ") + " WHERE (team, email) IN " + keys + " AND (" + strings.Join(differ, " OR ") + ")"
}

func peopleTriggers() string {
	leaver := "(SELECT OLD.team team, (SELECT email FROM users WHERE id = OLD.user) email)"
	asked := "(SELECT NEW.team team, NEW.email email)"
	unasked := "(SELECT OLD.team team, OLD.email email)"
	ofAccount := "(SELECT team, NEW.email email FROM memberships WHERE user = NEW.id)"
	moved := "(SELECT team, NEW.email email FROM memberships WHERE user = NEW.id UNION SELECT team, OLD.email FROM memberships WHERE user = NEW.id)"
	return trigger("people_of_new_member", "AFTER INSERT ON memberships", "", memberJoins) +
		trigger("people_of_first_member", "AFTER INSERT ON memberships", "NOT EXISTS (SELECT 1 FROM people WHERE team = NEW.team AND email = "+ofMember+")",
			"INSERT INTO "+peopleColumns+"SELECT NEW.team, email, id, '', name, avatar, NEW.kind, 'accepted', NEW.owner, NEW.admin, NEW.organizer, "+
				"0, 0, 0, '', '', NEW.created, '' FROM users WHERE id = NEW.user") +
		trigger("people_of_named_member", "AFTER INSERT ON memberships", "", "UPDATE people SET name = (SELECT name FROM users WHERE id = NEW.user), "+
			"avatar = (SELECT avatar FROM users WHERE id = NEW.user) WHERE team = NEW.team AND email = "+ofMember+
			" AND (name != (SELECT name FROM users WHERE id = NEW.user) OR avatar != (SELECT avatar FROM users WHERE id = NEW.user))") +
		trigger("people_of_member", "AFTER UPDATE OF kind, owner, admin, organizer, created ON memberships", "", memberJoins) +
		trigger("people_of_leaver", "AFTER DELETE ON memberships", "",
			"DELETE FROM visits WHERE team = OLD.team AND user = OLD.user",
			"INSERT INTO "+peopleColumns+askedOf(leaver)+upToDate, rename(leaver),
			"DELETE FROM people WHERE team = OLD.team AND email = (SELECT email FROM users WHERE id = OLD.user) AND user = OLD.user") +
		trigger("people_of_new_invitation", "AFTER INSERT ON invitations", "", offers+" AND (user = '' OR NEW.status = 'pending')") +
		trigger("people_of_first_invitation", "AFTER INSERT ON invitations", "NOT EXISTS (SELECT 1 FROM people WHERE team = NEW.team AND email = NEW.email)",
			"INSERT INTO "+peopleColumns+"VALUES (NEW.team, NEW.email, '', NEW.id, NEW.name, '', 'member', NEW.status, 0, 0, 0, "+
				"NEW.admin, NEW.organizer, NEW.status = 'pending', NEW.expires, NEW.answered, NEW.created, '')") +
		trigger("people_of_named_invitation", "AFTER INSERT ON invitations", "",
			"UPDATE people SET name = NEW.name WHERE team = NEW.team AND email = NEW.email AND user = '' AND name != NEW.name") +
		// An accepted invitation is followed by its membership, which takes over the row and its tags.
		trigger("people_of_invitation", "AFTER UPDATE OF admin, organizer, status, expires, answered ON invitations", "",
			offers+" AND (invitation = NEW.id OR user != '' AND NEW.status = 'pending')") +
		trigger("people_of_other_invitation", "AFTER UPDATE OF name, created ON invitations", "OLD.name IS NOT NEW.name OR OLD.created IS NOT NEW.created",
			fill(asked), rename(asked)) +
		trigger("people_of_old_invitation", "AFTER DELETE ON invitations", "",
			"DELETE FROM people WHERE team = OLD.team AND email = OLD.email AND invitation = OLD.id AND user = ''", fill(unasked), rename(unasked)) +
		trigger("people_of_account", "AFTER UPDATE OF name, avatar ON users", "OLD.name IS NOT NEW.name OR OLD.avatar IS NOT NEW.avatar",
			rename(ofAccount)) +
		// A change of an account's email moves its rows. Rows of the old email are deleted first, so that each account has one.
		trigger("people_of_address", "AFTER UPDATE OF email ON users", "OLD.email IS NOT NEW.email",
			"UPDATE OR IGNORE tags SET email = NEW.email WHERE email = OLD.email AND team IN (SELECT team FROM memberships WHERE user = NEW.id)",
			"DELETE FROM people WHERE email = OLD.email AND user = NEW.id AND team IN (SELECT team FROM memberships WHERE user = NEW.id)",
			fill(moved), rename(moved)) +
		trigger("people_visit_first", "AFTER INSERT ON visits", "", visited) +
		trigger("people_visit", "AFTER UPDATE ON visits", "", visited) +
		trigger("people_find_add", "AFTER INSERT ON people", "", "INSERT INTO people_find (rowid, who) VALUES (NEW.n, NEW.who)") +
		trigger("people_find_drop", "AFTER DELETE ON people", "", dropFound) +
		trigger("people_find_change", "AFTER UPDATE OF name, email ON people", "OLD.who IS NOT NEW.who",
			dropFound, "INSERT INTO people_find (rowid, who) VALUES (NEW.n, NEW.who)") +
		trigger("people_tally_first", "AFTER INSERT ON people", "", "INSERT OR IGNORE INTO tallies VALUES (NEW.team, 0, 0, 0, 0, 0, 0, 0)", tally("", "NEW")) +
		trigger("people_tally_drop", "AFTER DELETE ON people", "", tally("OLD", ""),
			"DELETE FROM tags WHERE team = OLD.team AND email = OLD.email AND NOT EXISTS (SELECT 1 FROM users u CROSS JOIN memberships m ON m.user = u.id AND m.team = OLD.team WHERE u.email = OLD.email COLLATE NOCASE)",
			"DELETE FROM tallies WHERE team = OLD.team AND total = 0") +
		trigger("people_tally_change", "AFTER UPDATE OF kind, status, asked ON people",
			"OLD.kind IS NOT NEW.kind OR OLD.status IS NOT NEW.status OR OLD.asked IS NOT NEW.asked", tally("OLD", "NEW"))
}

const ofMember = "(SELECT email FROM users WHERE id = NEW.user)"

// Each statement of a trigger costs memory even if it does nothing, so triggers of frequent actions are short. A membership
// takes over the row of its email; offered roles stay only while the invitation is pending.
const memberJoins = `UPDATE people SET user = NEW.user, kind = NEW.kind, status = 'accepted',
	owner = NEW.owner, admin = NEW.admin, organizer = NEW.organizer, answered = '', added = NEW.created,
	invitation = iif(asked, invitation, ''), expires = iif(asked, expires, ''),
	ask_admin = asked AND ask_admin, ask_organizer = asked AND ask_organizer
	WHERE team = NEW.team AND email = ` + ofMember

// An invitation to a member is shown only while it is pending; to anyone else it is the row itself.
const offers = `UPDATE people SET asked = NEW.status = 'pending',
	invitation = iif(user != '' AND NEW.status != 'pending', '', NEW.id), expires = iif(user != '' AND NEW.status != 'pending', '', NEW.expires),
	ask_admin = NEW.admin AND (user = '' OR NEW.status = 'pending'), ask_organizer = NEW.organizer AND (user = '' OR NEW.status = 'pending'),
	status = iif(user != '' OR NEW.status = 'accepted', status, NEW.status), answered = iif(user != '', '', NEW.answered),
	added = iif(user != '', added, NEW.created)
	WHERE team = NEW.team AND email = NEW.email`

const visited = "UPDATE people SET active = NEW.seen WHERE team = NEW.team AND email = (SELECT email FROM users WHERE id = NEW.user) AND user = NEW.user"

const dropFound = "INSERT INTO people_find (people_find, rowid, who) VALUES ('delete', OLD.n, OLD.who)"

// tally subtracts the old row from the counters and adds the new one.
func tally(was, is string) string {
	counts := [][2]string{{"total", "1"}, {"accepted", "ROW.status = 'accepted'"}, {"pending", "ROW.asked"}, {"declined", "ROW.status = 'declined'"},
		{"revoked", "ROW.status = 'revoked'"}, {"expired", "ROW.status = 'expired'"}, {"guests", "ROW.kind = 'guest'"}}
	var sums []string
	for _, count := range counts {
		sum := count[0] + " = " + count[0]
		if is != "" {
			sum += " + (" + strings.ReplaceAll(count[1], "ROW", is) + ")"
		}
		if was != "" {
			sum += " - (" + strings.ReplaceAll(count[1], "ROW", was) + ")"
		}
		sums = append(sums, sum)
	}
	row := is
	if row == "" {
		row = was
	}
	return "UPDATE tallies SET " + strings.Join(sums, ", ") + " WHERE team = " + row + ".team"
}

func trigger(name, event, when string, statements ...string) string {
	if when != "" {
		when = " WHEN " + when
	}
	return "CREATE TRIGGER " + name + " " + event + when + " BEGIN " + strings.Join(statements, "; ") + "; END;;"
}
