package members

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/actors"
	"usher/hooks/record"
)

// Query is what a list of people is narrowed to. Empty fields narrow nothing; a value that there is not finds nobody.
type Query struct {
	Search string // part of a name or an address
	Role   string // owner, admin, organizer: held or offered; none
	Status string // accepted, pending (also of a role that is offered), declined, revoked, expired
	Kind   string // member or guest
	Sort   string // person, status or added; a minus before it turns it round
	Page   int    // from 1
	Size   int    // rows on a page, 1 to 200
}

// Row is one address in a team: a member, or somebody who was asked, in the newest state.
type Row struct {
	ID         string         `db:"id"` // the account's; the invitation's while nobody accepted
	User       string         `db:"user"`
	Invitation string         `db:"invitation"` // open, or the newest of somebody who is not in the team
	Name       string         `db:"name"`
	Email      string         `db:"email"`
	Kind       string         `db:"kind"`
	Status     string         `db:"status"`
	Owner      bool           `db:"owner"`
	Admin      bool           `db:"admin"`
	Organizer  bool           `db:"organizer"`
	AskAdmin   bool           `db:"ask_admin"`
	AskOrg     bool           `db:"ask_organizer"`
	Asked      bool           `db:"asked"` // an invitation is open
	Expires    types.DateTime `db:"expires"`
	Answered   types.DateTime `db:"answered"`
	Added      types.DateTime `db:"added"`
}

// Roles is what the person carries.
func (r Row) Roles() actors.Roles {
	return actors.Roles{Owner: r.Owner, Admin: r.Admin, Organizer: r.Organizer}
}

// Offered is what the invitation of the row offers, or offered.
func (r Row) Offered() actors.Roles { return actors.Roles{Admin: r.AskAdmin, Organizer: r.AskOrg} }

// Carries is what the person has, with what is still offered to him: who removes him ends both.
func (r Row) Carries() actors.Roles {
	if r.Asked {
		return r.Roles().With(r.Offered())
	}
	return r.Roles()
}

// Called is the name, or the address of who has none.
func (r Row) Called() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Email
}

// Counts are how many rows there are in each state, without any narrowing.
type Counts struct {
	Total    int `db:"total"`
	Accepted int `db:"accepted"`
	Pending  int `db:"pending"`
	Declined int `db:"declined"`
	Revoked  int `db:"revoked"`
	Expired  int `db:"expired"`
	Guests   int `db:"guests"`
}

// Page is one page of a list. Total is how many rows the query has on all pages.
type Page struct {
	Rows  []Row
	Total int
	Query Query
}

// people is every address of a team once: its members, and who was asked and is not in it. Who accepted
// and was removed since is not in it any more.
const people = `
	SELECT u.id id, u.id user, coalesce(i.id, '') invitation, u.name name, u.email email, m.kind kind, 'accepted' status,
		m.owner owner, m.admin admin, m.organizer organizer,
		coalesce(i.admin, 0) ask_admin, coalesce(i.organizer, 0) ask_organizer, i.id IS NOT NULL asked,
		coalesce(i.expires, '') expires, '' answered, m.created added
	FROM memberships m
	JOIN users u ON u.id = m.user
	LEFT JOIN invitations i ON i.team = m.team AND i.email = u.email AND i.status = 'pending' AND i.expires > {:now}
	WHERE m.team = {:team}
	UNION ALL
	SELECT i.id, '', i.id, i.name, i.email, 'member',
		CASE WHEN i.status = 'pending' AND i.expires <= {:now} THEN 'expired' ELSE i.status END,
		0, 0, 0, i.admin, i.organizer, i.status = 'pending' AND i.expires > {:now}, i.expires, i.answered, i.created
	FROM invitations i
	WHERE i.team = {:team} AND i.status != 'accepted'
		AND NOT EXISTS (SELECT 1 FROM invitations n WHERE n.team = i.team AND n.email = i.email
			AND (n.created > i.created OR n.created = i.created AND n.rowid > i.rowid))
		AND NOT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user WHERE m.team = i.team AND u.email = i.email)`

var orders = map[string]string{
	"person": "lower(coalesce(nullif(name, ''), email))",
	"status": "status",
	"added":  "added",
}

// List reads one page of a team's people.
func List(app core.App, team string, query Query) (Page, error) {
	query = query.tidy()
	where, params := query.where()
	params["team"], params["now"] = team, types.NowDateTime().String()
	params["size"], params["skip"] = query.Size, (query.Page-1)*query.Size
	page := Page{Query: query}

	err := app.DB().NewQuery("SELECT count(*) FROM (" + people + ") WHERE " + where).Bind(params).Row(&page.Total)
	if err != nil {
		return page, fmt.Errorf("count people: %w", err)
	}
	err = app.DB().NewQuery("SELECT * FROM (" + people + ") WHERE " + where + " ORDER BY " + query.order() +
		" LIMIT {:size} OFFSET {:skip}").Bind(params).All(&page.Rows)
	if err != nil {
		return page, fmt.Errorf("list people: %w", err)
	}
	return page, nil
}

// Count counts a team's people in each state.
func Count(app core.App, team string) (Counts, error) {
	var counts Counts
	err := app.DB().NewQuery(`
		SELECT count(*) total, coalesce(sum(status = 'accepted'), 0) accepted, coalesce(sum(asked), 0) pending,
			coalesce(sum(status = 'declined'), 0) declined, coalesce(sum(status = 'revoked'), 0) revoked,
			coalesce(sum(status = 'expired'), 0) expired, coalesce(sum(kind = 'guest'), 0) guests
		FROM (` + people + `)`).
		Bind(dbx.Params{"team": team, "now": types.NowDateTime().String()}).One(&counts)
	if err != nil {
		return counts, fmt.Errorf("count people by state: %w", err)
	}
	return counts, nil
}

// FindRow reads the row of a person of the team, by the account's id or the invitation's.
func FindRow(app core.App, team, id string) (*Row, error) {
	var rows []Row
	err := app.DB().NewQuery("SELECT * FROM (" + people + ") WHERE id = {:id} OR invitation = {:id} LIMIT 1").
		Bind(dbx.Params{"team": team, "now": types.NowDateTime().String(), "id": id}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("find a person: %w", err)
	}
	if len(rows) == 0 {
		return nil, record.ErrNotFound
	}
	return &rows[0], nil
}

func (q Query) tidy() Query {
	q.Search = strings.TrimSpace(q.Search)
	q.Page = min(max(q.Page, 1), 1_000_000)
	if q.Size < 1 {
		q.Size = 50
	}
	q.Size = min(q.Size, 200)
	if _, ok := orders[strings.TrimPrefix(q.Sort, "-")]; !ok {
		q.Sort = "person"
	}
	return q
}

func (q Query) order() string {
	column, down := strings.CutPrefix(q.Sort, "-")
	if down {
		return orders[column] + " DESC, id DESC"
	}
	return orders[column] + ", id"
}

func (q Query) where() (string, dbx.Params) {
	where, params := []string{"1"}, dbx.Params{}
	if q.Search != "" {
		where = append(where, `(name LIKE {:q} ESCAPE '\' OR email LIKE {:q} ESCAPE '\')`)
		params["q"] = "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(q.Search) + "%"
	}
	switch q.Role {
	case "owner":
		where = append(where, "owner")
	case "admin":
		where = append(where, "(admin OR ask_admin)")
	case "organizer":
		where = append(where, "(organizer OR ask_organizer)")
	case "none":
		where = append(where, "NOT (owner OR admin OR organizer OR ask_admin OR ask_organizer)")
	case "":
	default:
		where = append(where, "0")
	}
	switch q.Status {
	case "pending":
		where = append(where, "asked")
	case "accepted", "declined", "revoked", "expired":
		where = append(where, "status = {:status}")
		params["status"] = q.Status
	case "":
	default:
		where = append(where, "0")
	}
	if q.Kind != "" {
		where = append(where, "kind = {:kind}")
		params["kind"] = q.Kind
	}
	return strings.Join(where, " AND "), params
}
