package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// The two values of Query.Result.
const (
	ResultDone    = "done"
	ResultRefused = "refused"
)

// Query filters a team's log. Empty fields don't filter; an unknown value matches nothing.
type Query struct {
	Person string    // actor or target: the id of an account, an invitation or any other object, or words of a name and email
	Kind   string    // key of one of the Kinds
	Result string    // ResultDone or ResultRefused
	From   time.Time // inclusive
	To     time.Time // exclusive
	Before int       // only entries before this number; 0: from the newest
	Size   int       // page size, 1 to 500; 0: 50
}

// Page is a page of the log, newest first. Next is the Before of the next page; 0: this is the last.
type Page struct {
	Rows []Row
	Next int
}

// List returns a page of the log of the actor's team. Only the Owner and Admins may read it.
func List(app core.App, actor *actors.Actor, query Query) (Page, error) {
	if !actor.CanUsePanel() {
		return Page{}, errs.Forbidden("Only the Owner and Admins can view the audit log.")
	}
	return listRows(app, actor.Team.Id, query)
}

func listRows(app core.App, team string, query Query) (Page, error) {
	if query.Size < 1 {
		query.Size = 50
	}
	query.Size = min(query.Size, 500)
	s := &search{team: team, size: query.Size + 1, params: dbx.Params{"team": team}}
	if err := s.filter(app, query); err != nil {
		return Page{}, err
	}
	rows, err := s.rows(app)
	page := Page{Rows: rows}
	if len(rows) > query.Size {
		page.Rows = rows[:query.Size]
		page.Next = page.Rows[query.Size-1].Seq
	}
	return page, err
}

// search builds the SQL of a query: a UNION of branches, each of which follows one index from the newest entry and stops at
// the page size.
type search struct {
	team       string
	size       int
	branches   []string // one condition each; no branch matches nothing
	conditions []string // apply to every branch
	params     dbx.Params
}

func (s *search) filter(app core.App, q Query) error {
	kinds := actionsOfKind(q.Kind)
	switch person := text.CleanSearch(q.Person); {
	case person != "":
		if err := s.filterPerson(app, person); err != nil {
			return err
		}
		if q.Kind != "" {
			s.conditions = append(s.conditions, "action IN ("+s.bindAll(kinds)+")")
		}
	case q.Kind != "":
		for _, action := range kinds {
			s.branches = append(s.branches, "action = "+s.bind(action))
		}
	default:
		s.branches = []string{"1"}
	}
	switch q.Result {
	case "":
	case ResultDone:
		s.conditions = append(s.conditions, "result = 'ok'")
	case ResultRefused:
		s.conditions = append(s.conditions, "result != 'ok'")
	default:
		s.branches = nil
	}
	return s.filterTime(app, q)
}

// filterPerson adds a branch for each way in which an entry can be about the person.
func (s *search) filterPerson(app core.App, person string) error {
	ids, addresses, err := resolvePerson(app, s.team, person)
	for _, id := range ids {
		s.branches = append(s.branches, "actor = "+s.bind(id), "target = "+s.bind(id))
	}
	for _, address := range addresses {
		s.branches = append(s.branches, "target = '' AND target_name = "+s.bind(address))
	}
	if part := strings.ToLower(person); len(part) > 3 && strings.Contains(strings.ToLower(Administrator), part) {
		s.branches = append(s.branches, "actor = '' AND actor_name = "+s.bind(Administrator))
	}
	return err
}

// filterTime turns times into sequence numbers, which grow with them.
func (s *search) filterTime(app core.App, q Query) error {
	if q.Before > 0 {
		s.conditions = append(s.conditions, fmt.Sprintf("seq < %d", q.Before))
	}
	if !q.From.IsZero() {
		first, err := s.firstSeqSince(app, q.From)
		if err != nil {
			return err
		}
		if first == 0 {
			s.branches = nil // every entry is older
		}
		s.conditions = append(s.conditions, fmt.Sprintf("seq >= %d", first))
	}
	if q.To.IsZero() {
		return nil
	}
	end, err := s.firstSeqSince(app, q.To)
	if end > 0 {
		s.conditions = append(s.conditions, fmt.Sprintf("seq < %d", end))
	}
	return err
}

// firstSeqSince returns the number of the first entry since a time, or 0.
func (s *search) firstSeqSince(app core.App, at time.Time) (int, error) {
	var seqs []int
	err := app.DB().NewQuery("SELECT seq FROM audit WHERE team = {:team} AND at >= {:at} ORDER BY at, seq LIMIT 1").
		Bind(dbx.Params{"team": s.team, "at": at.UTC().Format(timeLayout)}).Column(&seqs)
	if err != nil {
		return 0, fmt.Errorf("find the first entry since a time: %w", err)
	}
	if len(seqs) == 0 {
		return 0, nil
	}
	return seqs[0], nil
}

func (s *search) sql() string {
	where := strings.Join(append([]string{"team = {:team}", "%s"}, s.conditions...), " AND ")
	newest := " WHERE " + where + fmt.Sprintf(" ORDER BY audit.seq DESC LIMIT %d", s.size)
	if len(s.branches) == 1 {
		return "SELECT " + rowColumns + " FROM audit" + strings.Replace(newest, "%s", s.branches[0], 1)
	}
	parts := make([]string, 0, len(s.branches))
	for _, branch := range s.branches {
		parts = append(parts, "SELECT * FROM (SELECT seq FROM audit"+strings.Replace(newest, "%s", branch, 1)+")")
	}
	return "SELECT " + rowColumns + " FROM audit WHERE team = {:team} AND seq IN (" + strings.Join(parts, " UNION ") +
		fmt.Sprintf(" ORDER BY seq DESC LIMIT %d) ORDER BY audit.seq DESC", s.size)
}

func (s *search) rows(app core.App) ([]Row, error) {
	if len(s.branches) == 0 {
		return nil, nil
	}
	var rows []Row
	if err := app.DB().NewQuery(s.sql()).Bind(s.params).All(&rows); err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	return rows, nil
}

// bind adds a parameter and returns its placeholder.
func (s *search) bind(value string) string {
	name := fmt.Sprintf("v%d", len(s.params))
	s.params[name] = value
	return "{:" + name + "}"
}

func (s *search) bindAll(values []string) string {
	placeholders := make([]string, 0, len(values))
	for _, value := range values {
		placeholders = append(placeholders, s.bind(value))
	}
	return strings.Join(placeholders, ", ")
}
