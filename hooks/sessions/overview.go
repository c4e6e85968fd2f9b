package sessions

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
)

// Subject identifies the person whose sessions in a team are listed: by account, by email, or by both. An email only
// matches participants without an account.
type Subject struct {
	Team  string // id
	User  string // id of the account, or empty
	Email string // in its canonical form, or empty
}

func (s Subject) params() dbx.Params {
	return dbx.Params{"team": s.Team, "user": s.User, "email": s.Email, "now": record.FormatTime(time.Now())}
}

// Overview is the sessions that a person hosts or is invited to, for their details (R76), without those that they were
// removed from.
type Overview struct {
	Running      []Row
	Upcoming     []Row // scheduled, by start
	Past         []Row // see ShowPast
	Counts       Counts
	HostingCount int // number of running and upcoming sessions that the person hosts
	HostedCount  int // number of past sessions that the person hosted
}

// FindOverview reads the overview of a person with up to size rows in each list.
func FindOverview(app core.App, subject Subject, size int) (Overview, error) {
	var overview Overview
	var err error
	if overview.Counts, err = countRows(app, subject.params(), false); err != nil {
		return overview, err
	}
	hosted, err := countRows(app, subject.params(), true)
	if err != nil {
		return overview, err
	}
	overview.HostingCount, overview.HostedCount = hosted.Running+hosted.Upcoming, hosted.Past
	for _, part := range []struct {
		show string
		rows *[]Row
	}{{ShowRunning, &overview.Running}, {ShowUpcoming, &overview.Upcoming}, {ShowPast, &overview.Past}} {
		page, err := listPage(app, subject.params(), Query{Show: part.show, Size: size})
		if err != nil {
			return overview, err
		}
		*part.rows = page.Rows
	}
	return overview, nil
}
