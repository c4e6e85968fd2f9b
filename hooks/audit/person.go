package audit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Limits on the people that a text may match, and on their ids and addresses: SQLite allows 500 terms in a UNION.
const (
	maxPeople = 50
	maxNames  = 150
)

var idPattern = regexp.MustCompile(`^[a-z0-9]{15}$`)

// IsID reports whether a Query.Person is an id rather than words of a name and email.
func IsID(text string) bool { return idPattern.MatchString(text) }

// resolvePerson returns the ids under which a person appears in the team's log: the account and all its invitations. Those of
// a session are its own and its participants', who were admitted, muted or removed in it. Any other object has its own. It also
// returns their email addresses, for entries that were refused before an invitation existed. text is such an id, or words
// of a name and email, which several people may match.
func resolvePerson(app core.App, team, text string) (ids, addresses []string, err error) {
	if IsID(text) {
		ids = []string{text}
	} else {
		addresses = []string{strings.ToLower(text)}
		if ids, err = findIDsByName(app, team, text); err != nil {
			return nil, nil, err
		}
	}
	identities, err := findIdentities(app, team, ids)
	if err != nil {
		return nil, nil, err
	}
	if IsID(text) {
		var participants []string
		if participants, err = findParticipants(app, team, text); err != nil {
			return nil, nil, err
		}
		ids = append(ids, participants...)
	}
	for _, one := range identities {
		ids, addresses = append(ids, one.ID), append(addresses, one.Email)
	}
	slices.Sort(ids)
	slices.Sort(addresses)
	ids, addresses = slices.Compact(ids), slices.Compact(addresses)
	return ids[:min(len(ids), maxNames)], addresses[:min(len(addresses), maxNames)], err
}

// findIDsByName finds ids by words of a name and email, as the search of the list of users does. A removed user is found by their invitation only, so that the team
// doesn't learn an email address they took later.
func findIDsByName(app core.App, team, query string) ([]string, error) {
	matches := func(t string) string {
		return "contains_words(" + t + ".name || char(10) || " + t + ".email, {:q})"
	}
	var ids []string
	err := app.DB().NewQuery(`
		SELECT u.id FROM memberships m JOIN users u ON u.id = m.user WHERE m.team = {:team} AND ` + matches("u") + `
		UNION SELECT i.id FROM invitations i WHERE i.team = {:team} AND ` + matches("i") + `
		UNION SELECT u.id FROM invitations i JOIN users u ON u.id = i.user AND u.email = i.email WHERE i.team = {:team} AND ` + matches("u") +
		fmt.Sprintf(" LIMIT %d", maxPeople)).
		Bind(dbx.Params{"team": team, "q": query}).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("find people in the audit log: %w", err)
	}
	return ids, nil
}

// findParticipants returns the ids of the participants of a session, the newest first. Other ids have none.
func findParticipants(app core.App, team, session string) ([]string, error) {
	var ids []string
	err := app.DB().NewQuery("SELECT id FROM participants WHERE session = {:session} AND team = {:team} ORDER BY created DESC, id LIMIT {:most}").
		Bind(dbx.Params{"session": session, "team": team, "most": maxPeople}).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("find the participants of a session in the audit log: %w", err)
	}
	return ids, nil
}

type identity struct {
	ID    string `db:"id"`
	Email string `db:"email"`
}

// findIdentities finds the accounts and all invitations of the people with one of the ids. It finds nothing for ids of other
// teams.
func findIdentities(app core.App, team string, ids []string) ([]identity, error) {
	params, placeholders := dbx.Params{"team": team}, make([]string, 0, len(ids))
	for n, id := range ids {
		name := fmt.Sprintf("id%d", n)
		params[name] = id
		placeholders = append(placeholders, "{:"+name+"}")
	}
	in := " IN (" + strings.Join(placeholders, ", ") + ")"
	var found []identity
	err := app.DB().NewQuery(`
		WITH matched AS (
			SELECT id, user, email FROM invitations WHERE team = {:team} AND id` + in + `
			UNION SELECT id, user, email FROM invitations WHERE team = {:team} AND user != '' AND user` + in + `
		), member AS (
			SELECT id, email FROM users WHERE id IN (SELECT user FROM memberships WHERE team = {:team} AND user` + in + `)
		), address AS (SELECT email FROM matched UNION SELECT email FROM member
		), ever AS (SELECT * FROM matched UNION SELECT i.id, i.user, i.email FROM address a CROSS JOIN invitations i ON i.email = a.email AND i.team = {:team})
		SELECT id, email FROM ever
		UNION SELECT id, email FROM member
		UNION SELECT user, email FROM ever WHERE user != ''
		UNION SELECT u.id, u.email FROM address a CROSS JOIN users u ON u.email = a.email COLLATE NOCASE
			CROSS JOIN memberships m ON m.team = {:team} AND m.user = u.id`).Bind(params).All(&found)
	if err != nil {
		return nil, fmt.Errorf("find the identities of a person in the audit log: %w", err)
	}
	return found, nil
}
