package recordings

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/tools/text"
)

// Choices are what a list of recordings can be filtered by, and how many there are.
type Choices struct {
	Hosts, Rooms  []Choice
	First, Last   time.Time // when the first and the last of them started; zero if there is none
	Total, Hosted int       // outside of the trash; Hosted are of sessions that the actor led
	Trash         int       // in the trash, of those that the actor manages
}

// Choice is a host or a room, with the name at the latest recording.
type Choice struct{ ID, Name string }

// ListChoices returns the choices of the recordings that the actor can see, of the whole team with all.
func ListChoices(app core.App, actor *actors.Actor, all bool) (Choices, error) {
	var c Choices
	where := dbx.And(Query{All: all}.conditions(actor)...)
	var first, last string
	err := app.DB().Select("count(*)", "coalesce(min(recordings.started), '')", "coalesce(max(recordings.started), '')").From("recordings").Where(where).Row(&c.Total, &first, &last)
	if err != nil {
		return c, fmt.Errorf("count recordings: %w", err)
	}
	c.First, c.Last = record.ParseTime(first), record.ParseTime(last)
	for _, count := range []struct {
		query Query
		to    *int
	}{{Query{Only: OnlyHosted}, &c.Hosted}, {Query{All: all, Trash: true}, &c.Trash}} {
		if err := app.DB().Select("count(*)").From("recordings").Where(dbx.And(count.query.conditions(actor)...)).Row(count.to); err != nil {
			return c, fmt.Errorf("count recordings: %w", err)
		}
	}
	if c.Hosts, err = choices(app, "host", where); err != nil {
		return c, err
	}
	c.Rooms, err = choices(app, "room", where)
	return c, err
}

// choices returns the hosts or rooms of the recordings by name. SQLite takes the name from the row with the latest start.
func choices(app core.App, of string, where dbx.Expression) ([]Choice, error) {
	var found []Choice
	err := app.DB().Select("recordings."+of+" AS id", "recordings."+of+"_name AS name", "max(recordings.started) AS latest").From("recordings").
		Where(where).AndWhere(dbx.NewExp("recordings." + of + " != ''")).GroupBy("recordings." + of).All(&found)
	if err != nil {
		return nil, fmt.Errorf("list what recordings can be filtered by: %w", err)
	}
	slices.SortFunc(found, func(a, b Choice) int { return strings.Compare(text.Fold(a.Name), text.Fold(b.Name)) })
	return found, nil
}

// CountPeople returns how many people were in the session while it was recorded, by the id of the recording. A recording whose session
// was deleted is missing.
func CountPeople(app core.App, rows []Row) (map[string]int, error) {
	ids := make([]any, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.Id)
	}
	var found []struct {
		ID     string `db:"id"`
		People int    `db:"people"`
	}
	err := app.DB().Select("recordings.id", "count(DISTINCT coalesce(nullif(a.participant, ''), a.id)) AS people").From("recordings").
		InnerJoin("attendances a", dbx.NewExp("a.session = recordings.session AND recordings.session != ''")).
		Where(dbx.In("recordings.id", ids...)).
		AndWhere(dbx.NewExp("a.joined < coalesce(nullif(recordings.ended, ''), {:now}) AND (a.left = '' OR a.left > recordings.started)",
			dbx.Params{"now": record.FormatTime(time.Now())})).
		GroupBy("recordings.id").All(&found)
	if err != nil {
		return nil, fmt.Errorf("count the people in recordings: %w", err)
	}
	people := map[string]int{}
	for _, one := range found {
		people[one.ID] = one.People
	}
	return people, nil
}
