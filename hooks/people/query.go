package people

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/text"
)

// minIndexedChars is the minimum length of a search for the full-text index, which has trigrams.
const minIndexedChars = 3

// maxIndexedChars is the number of characters of a word that are looked up in the index. The start of a long word excludes nearly
// all rows; the rest is compared in those found.
const maxIndexedChars = 8

// where returns the query as conditions on people p, worded as in the partial indexes.
func (q Query) where(team string) (string, dbx.Params) {
	all, params := []string{"p.team = {:team}"}, dbx.Params{"team": team, "now": types.NowDateTime().String()}
	and := func(condition string) { all = append(all, condition) }
	indexed, others := q.searchWords()
	if len(indexed) > 0 {
		// The plus disables the team's index, so that only the rows found by the full-text index are read.
		all[0] = "+" + all[0]
		and("p.n IN (SELECT rowid FROM people_find WHERE people_find MATCH {:q})")
		params["q"] = strings.Join(indexed, " ")
	}
	if len(others) > 0 {
		and("contains_words(p.who, {:search})")
		params["search"] = strings.Join(others, " ")
	}
	if condition, ok := conditions["role "+q.Role]; ok {
		and(condition)
	} else if q.Role != "" {
		and("0")
	}
	if condition, ok := conditions["status "+q.Status]; ok {
		and(condition)
	} else if q.Status != "" {
		and("0")
	}
	if condition, ok := conditions["kind "+q.Kind]; ok {
		and(condition)
	} else if q.Kind != "" {
		and("0")
	}
	if q.Tag != "" {
		and("p.email IN (SELECT email FROM tags WHERE team = {:team} AND name = {:tag} COLLATE NOCASE)")
		params["tag"] = q.Tag
	}
	if q.Inactive {
		and("p.user != '' AND p.active < {:since} AND p.added < {:since}")
		params["since"] = record.FormatTime(time.Now().Add(-InactivePeriod))
	}
	return strings.Join(all, " AND "), params
}

// searchWords returns the words of the search to look up in the full-text index, quoted, and those to compare in the rows found:
// words that the index doesn't find, or not as a whole.
func (q Query) searchWords() (indexed, others []string) {
	for _, word := range text.SearchWords(q.Search) {
		start := text.Truncate(word, maxIndexedChars)
		if utf8.RuneCountInString(word) >= minIndexedChars {
			indexed = append(indexed, `"`+strings.ReplaceAll(start, `"`, `""`)+`"`)
		}
		if start != word || utf8.RuneCountInString(word) < minIndexedChars {
			others = append(others, word)
		}
	}
	return indexed, others
}

var conditions = map[string]string{
	"role owner":      "p.owner",
	"role admin":      "(p.admin OR p.ask_admin)",
	"role organizer":  "(p.organizer OR p.ask_organizer)",
	"role none":       "NOT (p.owner OR p.admin OR p.organizer OR p.ask_admin OR p.ask_organizer)",
	"status accepted": "p.status = 'accepted'",
	"status pending":  "p.asked AND +p.expires > {:now}",
	"status declined": "p.status = 'declined'",
	"status revoked":  "p.status = 'revoked'",
	"status expired":  "(p.status = 'expired' OR p.status = 'pending' AND p.expires <= {:now})",
	"kind member":     "p.kind = 'member'",
	"kind guest":      "p.kind = 'guest'",
}

// Counts has the number of rows in each state, without a filter. Total includes declined, revoked and expired invitations;
// Accepted is the number of users in the team, including guests.
type Counts struct {
	Total    int `db:"total"`
	Accepted int `db:"accepted"`
	Pending  int `db:"pending"`
	Declined int `db:"declined"`
	Revoked  int `db:"revoked"`
	Expired  int `db:"expired"`
	Guests   int `db:"guests"`
}

// Ended returns the number of declined, revoked and expired invitations in the list.
func (c Counts) Ended() int { return c.Declined + c.Revoked + c.Expired }

// Count returns the number of rows of a team in each state, from the team's tally and the few overdue invitations that no
// job has marked yet.
func Count(app core.App, team string) (Counts, error) {
	var counts Counts
	if err := Refresh(app, team); err != nil {
		return counts, err
	}
	err := app.DB().NewQuery(`
		SELECT coalesce(sum(total), 0) total, coalesce(sum(accepted), 0) accepted, coalesce(sum(pending - o.offers), 0) pending,
			coalesce(sum(declined), 0) declined, coalesce(sum(revoked), 0) revoked, coalesce(sum(expired + o.outside), 0) expired,
			coalesce(sum(guests), 0) guests
		FROM tallies, (SELECT count(*) offers, coalesce(sum(p.user = ''), 0) outside
			FROM invitations i JOIN people p ON p.team = i.team AND p.email = i.email
			WHERE i.team = {:team} AND i.status = 'pending' AND i.expires <= {:now}) o
		WHERE team = {:team}`).WithContext(record.Prepared).
		Bind(dbx.Params{"team": team, "now": types.NowDateTime().String()}).One(&counts)
	if err != nil {
		return counts, fmt.Errorf("count people by state: %w", err)
	}
	return counts, nil
}

// total returns the number of rows that the query finds, from the tally if possible.
func (q Query) total(app core.App, counts Counts, where string, params dbx.Params) (int, error) {
	if text.CleanSearch(q.Search) == "" && q.Role == "" && q.Tag == "" && !q.Inactive {
		known := map[Query]int{
			{}: counts.Total, {Kind: actors.Guest}: counts.Guests, {Kind: actors.Member}: counts.Total - counts.Guests,
			{Status: "accepted"}: counts.Accepted, {Status: "pending"}: counts.Pending, {Status: "declined"}: counts.Declined,
			{Status: "revoked"}: counts.Revoked, {Status: "expired"}: counts.Expired,
		}
		if n, ok := known[Query{Kind: q.Kind, Status: q.Status}]; ok {
			return n, nil
		}
	}
	var n int
	err := app.DB().NewQuery("SELECT count(*) FROM people p WHERE " + where).Bind(params).Row(&n)
	if err != nil {
		return n, fmt.Errorf("count people: %w", err)
	}
	return n, nil
}

// TagNames lists the tags of a team's users, by name, at most 200.
func TagNames(app core.App, team string) ([]string, error) {
	if err := Refresh(app, team); err != nil { // deletes the tags of removed users
		return nil, err
	}
	var names []string
	// Goes from each name to the next one in the index, without reading every tag.
	err := app.DB().NewQuery(`
		WITH RECURSIVE found (name) AS (
			SELECT min(name COLLATE NOCASE) FROM tags WHERE team = {:team}
			UNION ALL
			SELECT (SELECT min(name COLLATE NOCASE) FROM tags WHERE team = {:team} AND name > found.name COLLATE NOCASE)
			FROM found WHERE found.name IS NOT NULL LIMIT 201
		) SELECT name FROM found WHERE name IS NOT NULL`).WithContext(record.Prepared).Bind(dbx.Params{"team": team}).Column(&names)
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	return names, nil
}
