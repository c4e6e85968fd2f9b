package people

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Query filters and sorts the list. Empty fields don't filter; an unknown value finds nothing.
type Query struct {
	Search string // parts of a name or an address, in any order
	Role   string // owner, admin or organizer, held or invited to; or none
	Status string // accepted, pending (also of a role invitation), declined, revoked or expired
	Kind   string // member or guest
	Tag    string // case-insensitive
	// Inactive finds users of the team who weren't active in it for InactivePeriod and joined before.
	Inactive bool

	Sort string // person, status, added or active; with a minus in reverse
	Page int    // from 1
	Size int    // rows on a page, 1 to 200

	// After and Before are the ID of the row before or after the page, which saves skipping the rows of the previous
	// pages. If the row no longer exists, Page is used.
	After, Before string
}

// InactivePeriod is how long users weren't active to be listed as inactive.
const InactivePeriod = 30 * 24 * time.Hour

// maxSearchLength is the number of characters of a search that are used.
const maxSearchLength = 200

// Page is one page of a list. Total is the number of rows on all pages.
type Page struct {
	Rows   []Row
	Total  int
	Counts Counts // of the whole team
	Query  Query
}

// List returns a page of a team's users and invitees, by a seek in an index.
func List(app core.App, team string, query Query) (Page, error) {
	query = query.normalize()
	page := Page{Query: query}
	var err error
	if page.Counts, err = Count(app, team); err != nil {
		return page, err
	}
	where, params := query.where(team)
	if query.usesWordIndex() {
		return page, query.search(app, where, params, &page)
	}
	if page.Total, err = query.total(app, page.Counts, where, params); err != nil {
		return page, err
	}
	span, err := query.window(app, team, page.Total)
	if err != nil || span.limit <= 0 {
		return page, err
	}
	for name, value := range span.params {
		params[name] = value
	}
	params["take"], params["skip"] = span.limit, span.skip
	order := orderBy(query.sortKeys(), span.descending)
	err = query.newQuery(app, "SELECT "+columns+" FROM people p WHERE p.n IN ("+pageSQL(where+span.where, order)+") ORDER BY "+order).
		Bind(params).All(&page.Rows)
	if err != nil {
		return page, fmt.Errorf("list users: %w", err)
	}
	if span.reversed {
		slices.Reverse(page.Rows)
	}
	return page, nil
}

// newQuery returns a query of the list, prepared if it is the unfiltered list.
func (q Query) newQuery(app core.App, statement string) *dbx.Query {
	query := app.DB().NewQuery(statement)
	if q.Role == "" && q.Tag == "" && q.Kind == "" && q.Status == "" && !q.Inactive && q.Sort == "person" {
		query.WithContext(record.Prepared)
	}
	return query
}

// usesWordIndex reports whether the full-text index finds the page. The rows are then counted in the same query, which reads
// all of them anyway.
func (q Query) usesWordIndex() bool {
	indexed, _ := q.searchWords()
	return len(indexed) > 0 && q.After == "" && q.Before == ""
}

func (q Query) search(app core.App, where string, params dbx.Params, page *Page) error {
	order := orderBy(q.sortKeys(), strings.HasPrefix(q.Sort, "-"))
	params["take"], params["skip"] = q.Size, (q.Page-1)*q.Size
	var rows []struct {
		Row
		Total int `db:"total"`
	}
	err := q.newQuery(app, "SELECT "+columns+", k.total FROM (SELECT p.n, count(*) OVER () total FROM people p WHERE "+where+
		" ORDER BY "+order+" LIMIT {:take} OFFSET {:skip}) k JOIN people p ON p.n = k.n ORDER BY "+order).Bind(params).All(&rows)
	if err != nil {
		return fmt.Errorf("search users: %w", err)
	}
	for _, row := range rows {
		page.Rows, page.Total = append(page.Rows, row.Row), row.Total
	}
	if len(rows) == 0 && q.Page > 1 {
		page.Total, err = q.total(app, page.Counts, where, params)
	}
	return err
}

// pageSQL finds the rows of a page from the index alone.
func pageSQL(where, order string) string {
	return "SELECT p.n FROM people p WHERE " + where + " ORDER BY " + order + " LIMIT {:take} OFFSET {:skip}"
}

// FindRow returns the row of a user or invitee of the team, by the account's or the invitation's id.
func FindRow(app core.App, team, id string) (*Row, error) {
	if err := Refresh(app, team); err != nil {
		return nil, err
	}
	var rows []Row
	err := app.DB().NewQuery("SELECT " + columns + " FROM people p WHERE p.team = {:team} AND p.email IN " + addressByID +
		" AND (p.user = {:id} OR p.invitation = {:id}) ORDER BY p.user != {:id} LIMIT 1").
		Bind(dbx.Params{"team": team, "now": types.NowDateTime().String(), "id": id}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("find a user: %w", err)
	}
	if len(rows) == 0 {
		return nil, errs.ErrNotFound
	}
	return &rows[0], nil
}

// addressByID finds the address of a row's id, because rows are found by address.
const addressByID = "(SELECT email FROM users WHERE id = {:id} UNION ALL SELECT email FROM invitations WHERE id = {:id})"

// window selects the rows of a page.
type window struct {
	where       string // added to the query's own
	params      dbx.Params
	descending  bool // read in descending order
	reversed    bool // read against the requested order
	skip, limit int
}

// window starts at the row before or after the page, otherwise skips rows from the nearer end.
func (q Query) window(app core.App, team string, total int) (window, error) {
	down := strings.HasPrefix(q.Sort, "-")
	for _, seek := range []struct {
		id     string
		turned bool
	}{{q.After, false}, {q.Before, true}} {
		if seek.id == "" {
			continue
		}
		at, err := q.sortPosition(app, team, seek.id)
		if errors.Is(err, errs.ErrNotFound) {
			continue
		}
		s := window{params: at, descending: down != seek.turned, reversed: seek.turned, limit: q.Size}
		s.where = seekCondition(q.sortKeys(), s.descending)
		return s, err
	}
	skip := (q.Page - 1) * q.Size
	take := min(q.Size, total-skip)
	if behind := total - skip - take; take > 0 && behind < skip {
		return window{descending: !down, reversed: true, skip: behind, limit: take}, nil
	}
	return window{descending: down, skip: skip, limit: take}, nil
}

// sortPosition returns the sort keys of a row.
func (q Query) sortPosition(app core.App, team, id string) (dbx.Params, error) {
	var rows []dbx.NullStringMap
	err := app.DB().NewQuery("SELECT " + strings.Join(q.sortKeys(), ", ") + " FROM people p WHERE p.team = {:team} AND p.email IN " + addressByID +
		" AND p.id = {:id}").
		Bind(dbx.Params{"team": team, "id": id}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("find a row of the list: %w", err)
	}
	if len(rows) == 0 {
		return nil, errs.ErrNotFound
	}
	at := dbx.Params{}
	for n, key := range q.sortKeys() {
		at[fmt.Sprintf("k%d", n)] = rows[0][strings.TrimPrefix(key, "p.")].String
	}
	return at, nil
}

func seekCondition(keys []string, down bool) string {
	marks := make([]string, len(keys))
	for n := range keys {
		marks[n] = fmt.Sprintf("{:k%d}", n)
	}
	sign := ">"
	if down {
		sign = "<"
	}
	return " AND (" + strings.Join(keys, ", ") + ") " + sign + " (" + strings.Join(marks, ", ") + ")"
}

// sortColumns are the columns of the index of each order; the last one makes the order unique. Added has no index, because
// it is rarely used.
var sortColumns = map[string][]string{
	"person": {"p.label", "p.n"},
	"status": {"p.status", "p.label", "p.n"},
	"added":  {"p.added", "p.n"},
	"active": {"p.active", "p.n"},
}

func (q Query) sortKeys() []string { return sortColumns[strings.TrimPrefix(q.Sort, "-")] }

func orderBy(keys []string, down bool) string {
	if down {
		return strings.Join(keys, " DESC, ") + " DESC"
	}
	return strings.Join(keys, ", ")
}

func (q Query) normalize() Query {
	q.Search, q.Tag = strings.TrimSpace(text.Truncate(q.Search, maxSearchLength)), strings.TrimSpace(text.Truncate(q.Tag, maxSearchLength))
	q.Page = min(max(q.Page, 1), 1_000_000)
	if q.Size < 1 {
		q.Size = 50
	}
	q.Size = min(q.Size, 200)
	if _, ok := sortColumns[strings.TrimPrefix(q.Sort, "-")]; !ok {
		q.Sort = "person"
	}
	return q
}

// ByAddress returns the rows of those canonical addresses that are in the list, by address.
func ByAddress(app core.App, team string, addresses []string) (map[string]Row, error) {
	if err := Refresh(app, team); err != nil {
		return nil, err
	}
	list, err := json.Marshal(addresses)
	if err != nil {
		return nil, fmt.Errorf("find people by address: %w", err)
	}
	var rows []Row
	err = app.DB().NewQuery("SELECT " + columns + " FROM json_each({:list}) j CROSS JOIN people p ON p.team = {:team} AND p.email = j.value").
		Bind(dbx.Params{"list": string(list), "team": team, "now": types.NowDateTime().String()}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("find people by address: %w", err)
	}
	known := make(map[string]Row, len(rows))
	for _, row := range rows {
		known[row.Email] = row
	}
	return known, nil
}
