package recordings

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/record"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// The largest Query.Size and Query.Page.
const (
	maxSize = 200
	maxPage = 1_000_000
)

// Query filters a list of recordings. Empty fields don't filter.
type Query struct {
	Search  string    // words of the title, host or room
	Room    string    // id
	Session string    // id
	Host    string    // account id
	From    time.Time // started at or after
	To      time.Time // started before
	Trash   bool      // only what is in the trash and the actor manages; otherwise only what isn't
	Only    string    // OnlyHosted or OnlyShared
	Status  string    // one of the Status constants
	Sort    string    // "title", "started", "length" or "size", with "-" in front for the other way round; DefaultSort if empty
	All     bool      // of the whole team, for the Owner and Admins; otherwise what the actor hosted or was shared with them
	Page    int       // from 1
	Size    int       // rows on a page, 1 to 200; 0: 50
}

// The parts of what someone can see: of sessions that they led, and of others that were shared with them.
const (
	OnlyHosted = "hosted"
	OnlyShared = "shared"
)

// Row is a recording in a list.
type Row struct {
	*Recording
	Manages bool // the actor can rename, share and delete it
}

// Page is a page of a list. Total counts the rows of all pages, and Bytes their files.
type Page struct {
	Rows  []Row
	Total int
	Bytes int64
	Query Query // with defaults filled in
}

// The conditions on recordings for the person of accessParams. People lead a session as its host when the recording started, or as host or
// co-host who wasn't removed; people who were invited or joined, and weren't removed or denied, share its recordings.
const (
	leadsSession = `(recordings.host = {:user} OR EXISTS (SELECT 1 FROM participants p WHERE p.session = recordings.session
		AND p.session != '' AND p.user = {:user} AND p.part IN ('host', 'cohost') AND p.state NOT IN ('out', 'refused')))`
	sharesSession = `(recordings.shared AND recordings.trashed = '' AND recordings.status = 'ready' AND EXISTS (SELECT 1 FROM participants p
		WHERE p.session = recordings.session AND p.session != '' AND (p.user = {:user} OR p.user = '' AND p.email = {:email}) AND p.state NOT IN ('out', 'refused')))`
)

func accessParams(actor *actors.Actor) dbx.Params {
	params := dbx.Params{"user": actor.Account.Id, "email": "-"}
	if actor.Account.Verified() {
		params["email"] = actor.Account.Email()
	}
	return params
}

// visibleTo is the condition for what the actor can see: with all, everything in the team for the Owner and Admins.
func visibleTo(actor *actors.Actor, all bool) dbx.Expression {
	if all && actor.CanUsePanel() {
		return dbx.NewExp("1")
	}
	return dbx.NewExp("("+leadsSession+" OR "+sharesSession+")", accessParams(actor))
}

// managedBy is the condition for what the actor can rename, share and delete.
func managedBy(actor *actors.Actor) dbx.Expression {
	if actor.CanUsePanel() {
		return dbx.NewExp("1")
	}
	return dbx.NewExp(leadsSession, accessParams(actor))
}

// Find finds a recording that the actor can see, in the trash or not, and reports whether the actor manages it. It returns
// errs.ErrNotFound for any other.
func Find(app core.App, actor *actors.Actor, id string) (Row, error) {
	found, err := record.One[Recording](app.RecordQuery("recordings").AndWhere(dbx.HashExp{"id": id, "team": actor.Team.Id}).
		AndWhere(visibleTo(actor, true)), "find a recording")
	if err != nil {
		return Row{}, err
	}
	manages, err := Manages(app, actor, id)
	return Row{found, manages}, err
}

// Manages reports whether the actor can rename, share and delete a recording of their team: the Owner and Admins all of them, everyone
// else those of sessions that they hosted (R119).
func Manages(app core.App, actor *actors.Actor, id string) (bool, error) {
	n, err := app.CountRecords("recordings", dbx.HashExp{"id": id, "team": actor.Team.Id}, managedBy(actor))
	if err != nil {
		return false, fmt.Errorf("find who manages a recording: %w", err)
	}
	return n > 0, nil
}

func (q Query) normalize() Query {
	q.Search = text.CleanSearch(q.Search)
	if q.Size < 1 {
		q.Size = 50
	}
	q.Size, q.Page = min(q.Size, maxSize), min(max(q.Page, 1), maxPage)
	return q
}

func (q Query) conditions(actor *actors.Actor) []dbx.Expression {
	where := []dbx.Expression{dbx.HashExp{"team": actor.Team.Id}}
	add := func(condition string, name string, value any) {
		where = append(where, dbx.NewExp(condition, dbx.Params{name: value}))
	}
	if q.Trash {
		where = append(where, dbx.NewExp("recordings.trashed != ''"), managedBy(actor))
	} else {
		where = append(where, dbx.HashExp{"trashed": ""})
	}
	where = append(where, visibleTo(actor, q.All))
	switch q.Only {
	case OnlyHosted:
		where = append(where, dbx.NewExp(leadsSession, accessParams(actor)))
	case OnlyShared:
		where = append(where, dbx.NewExp("NOT "+leadsSession, accessParams(actor)))
	}
	if q.Status != "" {
		add("recordings.status = {:status}", "status", q.Status)
	}
	if q.Search != "" {
		add("contains_words(recordings.title || ' ' || recordings.host_name || ' ' || recordings.room_name, {:search})", "search", q.Search)
	}
	if q.Room != "" {
		add("recordings.room = {:room}", "room", q.Room)
	}
	if q.Session != "" {
		add("recordings.session = {:session}", "session", q.Session)
	}
	if q.Host != "" {
		add("recordings.host = {:host}", "host", q.Host)
	}
	if !q.From.IsZero() {
		add("recordings.started >= {:from}", "from", record.FormatTime(q.From))
	}
	if !q.To.IsZero() {
		add("recordings.started < {:to}", "to", record.FormatTime(q.To))
	}
	return where
}

// List lists a page of the recordings that the actor can see.
func List(app core.App, actor *actors.Actor, query Query) (Page, error) {
	if query.All && !actor.CanUsePanel() {
		audit.RecordDenied(app, actor, "panel.enter", "recordings")
		return Page{}, actor.Refusal((*actors.Actor).CanUsePanel, errs.Forbidden("Only the Owner and Admins can see all recordings of the team."))
	}
	query = query.normalize()
	page := Page{Rows: []Row{}, Query: query}
	where := dbx.And(query.conditions(actor)...)
	err := app.DB().Select("count(*)", "coalesce(sum(recordings.bytes + recordings.mp4_bytes), 0)").From("recordings").Where(where).Row(&page.Total, &page.Bytes)
	if err != nil {
		return page, fmt.Errorf("count recordings: %w", err)
	}
	var found []*Recording
	err = app.RecordQuery("recordings").AndWhere(where).OrderBy(orderBy(query.Sort)...).
		Limit(int64(query.Size)).Offset(int64((query.Page - 1) * query.Size)).All(&found)
	if err != nil {
		return page, fmt.Errorf("list recordings: %w", err)
	}
	managed, err := managedAmong(app, actor, found)
	for _, r := range found {
		page.Rows = append(page.Rows, Row{r, managed[r.Id]})
	}
	return page, err
}

// managedAmong returns the ids of the recordings that the actor manages.
func managedAmong(app core.App, actor *actors.Actor, found []*Recording) (map[string]bool, error) {
	all := make([]any, 0, len(found))
	for _, r := range found {
		all = append(all, r.Id)
	}
	var ids []string
	err := app.DB().Select("id").From("recordings").Where(dbx.HashExp{"id": all}).AndWhere(managedBy(actor)).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("find who manages recordings: %w", err)
	}
	managed := map[string]bool{}
	for _, id := range ids {
		managed[id] = true
	}
	return managed, nil
}
