package hookstest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// expectedPeople computes the list from scratch: members, and invitees who aren't in the team.
const expectedPeople = `
	SELECT m.team, u.email, u.id id, u.id user, coalesce(i.id, '') invitation, u.name name, m.kind kind, 'accepted' status,
		m.owner, m.admin, m.organizer, coalesce(i.admin, 0), coalesce(i.organizer, 0), i.id IS NOT NULL asked, m.created added
	FROM memberships m JOIN users u ON u.id = m.user
	LEFT JOIN invitations i ON i.team = m.team AND i.email = u.email AND i.status = 'pending'
	UNION ALL
	SELECT i.team, i.email, i.id, '', i.id, i.name, 'member', i.status, 0, 0, 0, i.admin, i.organizer, i.status = 'pending', i.created
	FROM invitations i
	WHERE i.status != 'accepted' AND NOT i.cleared
		AND NOT EXISTS (SELECT 1 FROM invitations n WHERE n.team = i.team AND n.email = i.email
			AND (n.created > i.created OR n.created = i.created AND n.rowid > i.rowid))
		AND NOT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user WHERE m.team = i.team AND u.email = i.email)`

const indexedPeople = "SELECT team, email, id, user, invitation, name, kind, status, owner, admin, organizer, ask_admin, ask_organizer, asked, added FROM people"

// AssertPeopleIndex fails the test if the user list doesn't match memberships, invitations and accounts.
func AssertPeopleIndex(t testing.TB, app core.App) {
	t.Helper()
	for _, fault := range PeopleIndexErrors(t, app) {
		t.Error(fault)
	}
}

// PeopleIndexErrors refreshes the user list and returns how it, its tally or its search differs from memberships,
// invitations and accounts.
func PeopleIndexErrors(t testing.TB, app core.App) []string {
	t.Helper()
	var faults []string
	Exec(t, app, "DELETE FROM people_stale", nil)
	for what, query := range map[string]string{
		"not listed":            "SELECT * FROM (" + expectedPeople + ") EXCEPT " + indexedPeople,
		"listed wrongly":        indexedPeople + " EXCEPT SELECT * FROM (" + expectedPeople + ")",
		"tallied wrongly":       "SELECT * FROM tallies EXCEPT " + expectedTallies,
		"not in the tally":      expectedTallies + " EXCEPT SELECT * FROM tallies",
		"tags without a user":   "SELECT team, email, name FROM tags t WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.team = t.team AND p.email = t.email)",
		"visits without a user": "SELECT team, user FROM visits v WHERE NOT EXISTS (SELECT 1 FROM memberships m WHERE m.team = v.team AND m.user = v.user)",
		"visits not listed":     "SELECT p.email FROM people p JOIN visits v ON v.team = p.team AND v.user = p.user WHERE p.active != v.seen",
	} {
		for _, row := range QueryRows(t, app, query) {
			faults = append(faults, what+": "+row)
		}
	}
	return append(faults, searchErrors(t, app)...)
}

// searchErrors returns how the full-text index differs from one built from scratch. It has no copy of the text, so its terms are
// compared, with the row and the position of each.
func searchErrors(t testing.TB, app core.App) []string {
	t.Helper()
	var faults []string
	rollback := errors.New("rollback")
	err := app.RunInTransaction(func(tx core.App) error {
		for _, statement := range []string{
			"CREATE VIRTUAL TABLE expected_find USING fts5 (who, content = '', tokenize = 'trigram')",
			"INSERT INTO expected_find (rowid, who) SELECT p.n, fold(e.name || char(10) || e.email) FROM (" + expectedPeople + ") e JOIN people p ON p.team = e.team AND p.email = e.email",
			"CREATE VIRTUAL TABLE expected_terms USING fts5vocab (expected_find, instance)",
			"CREATE VIRTUAL TABLE indexed_terms USING fts5vocab (people_find, instance)",
		} {
			Exec(t, tx, statement, nil)
		}
		for what, query := range map[string]string{
			"not found by a search":     "SELECT doc, term, offset FROM expected_terms EXCEPT SELECT doc, term, offset FROM indexed_terms",
			"found wrongly by a search": "SELECT doc, term, offset FROM indexed_terms EXCEPT SELECT doc, term, offset FROM expected_terms",
		} {
			for _, row := range QueryRows(t, tx, query) {
				faults = append(faults, what+": "+row)
			}
		}
		return rollback
	})
	if !errors.Is(err, rollback) {
		faults = append(faults, "the search can't be compared: "+err.Error())
	}
	return faults
}

// QueryRows returns the rows of a query, one line each.
func QueryRows(t testing.TB, app core.App, query string) []string {
	t.Helper()
	rows, err := app.DB().NewQuery(query).Rows()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var all []string
	for rows.Next() {
		cells, into := make([]any, len(columns)), make([]any, len(columns))
		for n := range cells {
			into[n] = &cells[n]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.TrimSpace(fmt.Sprintln(cells...)))
	}
	return all
}

const expectedTallies = `SELECT team, count(*), sum(status = 'accepted'), sum(asked), sum(status = 'declined'), sum(status = 'revoked'),
	sum(status = 'expired'), sum(kind = 'guest') FROM people GROUP BY team`
