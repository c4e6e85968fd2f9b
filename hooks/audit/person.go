package audit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
)

// How many people a text is taken for, and under how many ids and addresses they are looked for: SQLite joins at
// most 500 arms.
const (
	maxPeople = 50
	maxNames  = 150
)

var idPattern = regexp.MustCompile(`^[a-z0-9]{15}$`)

// IsID reports whether a Query.Person is an id, and not part of a name or an address.
func IsID(text string) bool { return idPattern.MatchString(text) }

// resolvePerson finds the ids under which a person of the team stands in the log: the account's and those of all its
// invitations, for he was one of them first; and the addresses, for what was refused before there was an
// invitation. text is such an id, or part of a name or an address, which several may have.
func resolvePerson(app core.App, team, text string) (ids, addresses []string, err error) {
	text = strings.TrimSpace(text)
	if IsID(text) {
		ids = []string{text}
	} else {
		addresses = []string{strings.ToLower(text)}
		if ids, err = findIDsByName(app, team, text); err != nil {
			return nil, nil, err
		}
	}
	kin, err := findIdentities(app, team, ids)
	for _, one := range kin {
		ids, addresses = append(ids, one.ID), append(addresses, one.Email)
	}
	slices.Sort(ids)
	slices.Sort(addresses)
	ids, addresses = slices.Compact(ids), slices.Compact(addresses)
	return ids[:min(len(ids), maxNames)], addresses[:min(len(addresses), maxNames)], err
}

// findIDsByName finds ids by part of a name or an address. Who was removed since is known by the invitation: the address
// that the account took later is no business of the team's.
func findIDsByName(app core.App, team, query string) ([]string, error) {
	like := func(t string) string {
		return "(" + t + `.name LIKE {:q} ESCAPE '\' OR ` + t + `.email LIKE {:q} ESCAPE '\')`
	}
	var ids []string
	err := app.DB().NewQuery(`
		SELECT u.id FROM memberships m JOIN users u ON u.id = m.user WHERE m.team = {:team} AND ` + like("u") + `
		UNION SELECT i.id FROM invitations i WHERE i.team = {:team} AND ` + like("i") + `
		UNION SELECT u.id FROM invitations i JOIN users u ON u.id = i.user AND u.email = i.email WHERE i.team = {:team} AND ` + like("u") +
		fmt.Sprintf(" LIMIT %d", maxPeople)).
		Bind(dbx.Params{"team": team, "q": text.LikePattern(query)}).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("find whom the log is about: %w", err)
	}
	return ids, nil
}

type identity struct {
	ID    string `db:"id"`
	Email string `db:"email"`
}

// findIdentities finds the accounts and all invitations of the people who have one of the ids. An id that is not of the
// team's has no kin: it finds what any other finds.
func findIdentities(app core.App, team string, ids []string) ([]identity, error) {
	params, places := dbx.Params{"team": team}, make([]string, 0, len(ids))
	for n, id := range ids {
		name := fmt.Sprintf("id%d", n)
		params[name] = id
		places = append(places, "{:"+name+"}")
	}
	in := " IN (" + strings.Join(places, ", ") + ")"
	var found []identity
	err := app.DB().NewQuery(`
		WITH asked AS (
			SELECT id, user, email FROM invitations WHERE team = {:team} AND id` + in + `
			UNION SELECT id, user, email FROM invitations WHERE team = {:team} AND user != '' AND user` + in + `
		), member AS (
			SELECT id, email FROM users WHERE id IN (SELECT user FROM memberships WHERE team = {:team} AND user` + in + `)
		), address AS (SELECT email FROM asked UNION SELECT email FROM member
		), ever AS (SELECT * FROM asked UNION SELECT i.id, i.user, i.email FROM address a CROSS JOIN invitations i ON i.email = a.email AND i.team = {:team})
		SELECT id, email FROM ever
		UNION SELECT id, email FROM member
		UNION SELECT user, email FROM ever WHERE user != ''
		UNION SELECT u.id, u.email FROM address a CROSS JOIN users u ON u.email = a.email COLLATE NOCASE
			CROSS JOIN memberships m ON m.team = {:team} AND m.user = u.id`).Bind(params).All(&found)
	if err != nil {
		return nil, fmt.Errorf("find under which ids a person is in the log: %w", err)
	}
	return found, nil
}
