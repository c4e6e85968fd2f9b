package sessions

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/plans"
	"usher/hooks/record"
)

// Use is who uses the licences of a team (R112).
type Use struct {
	Limit int // plans.Unlimited where there is none
	By    []*Session
}

// Used is how many licences are in use.
func (u *Use) Used() int { return len(u.By) }

// Free is how many sessions can be started besides; plans.Unlimited where there is no limit.
func (u *Use) Free() int {
	if u.Limit == plans.Unlimited {
		return plans.Unlimited
	}
	return max(0, u.Limit-len(u.By))
}

// Licences tells which sessions use the licences of a team now: those that run, wherever they are held (R108).
func Licences(app core.App, team string) (*Use, error) {
	found, err := app.FindRecordById("teams", team)
	if err != nil {
		return nil, fmt.Errorf("find a team: %w", err)
	}
	running, err := runningOf(app, team)
	return &Use{found.GetInt("licences"), running}, err
}

// guardLicence refuses a session that would run beyond the licences of its team, whoever starts it (R110). None runs
// at its birth.
func guardLicence(app core.App, r *core.Record) error {
	if r.GetString("status") != Running || r.Original().GetString("status") == Running {
		return nil
	}
	var limit, used int
	err := app.DB().NewQuery(`SELECT licences, (SELECT count(*) FROM sessions s WHERE s.team = teams.id AND s.status = 'running' AND s.id != {:id})
		FROM teams WHERE id = {:team}`).WithContext(record.Kept).
		Bind(dbx.Params{"team": r.GetString("team"), "id": r.Id}).Row(&limit, &used)
	if err != nil {
		return fmt.Errorf("count the licences in use: %w", err)
	}
	if limit != plans.Unlimited && used >= limit {
		return record.Refuse("base", CodeLicencesFull, inUse(limit)+waitFor(limit)+".")
	}
	return nil
}

func inUse(limit int) string {
	switch limit {
	case 0:
		return "The team has no licence for a session"
	case 1:
		return "The team's one licence is in use by another session"
	}
	return fmt.Sprintf("All %d licences of the team are in use by other sessions", limit)
}

// waitFor is what to do without a free licence, whoever reads it.
func waitFor(limit int) string {
	switch limit {
	case 0:
		return ". " + plans.AskForMore("licences")
	case 1:
		return ". Start this session when that one has ended"
	}
	return ". Start this session when one of them has ended"
}

// licencesFull is the refusal for want of a licence as the actor reads it. Who sees the panel can end any session, and
// is told which use the licences (R110); others are told whom to ask.
func licencesFull(tx core.App, actor *actors.Actor, refusal error) error {
	running, err := runningOf(tx, actor.Team.Id)
	if err != nil {
		return err
	}
	if len(running) == 0 {
		return refusal
	}
	limit := actor.Team.GetInt("licences")
	if actor.SeesPanel() {
		return record.Refuse("base", CodeLicencesFull, inUse(limit)+": "+called(running)+". End one of them. "+plans.AskForMore("licences")+".")
	}
	ask, err := actors.Ask(tx, actor, (*actors.Actor).SeesPanel, "to end one")
	if err != nil {
		return err
	}
	return record.Refuse("base", CodeLicencesFull, strings.TrimSpace(inUse(limit)+waitFor(limit)+". "+ask))
}

// guardFewer refuses to lower a team's licences below what is in use, and names the sessions.
func guardFewer(app core.App, team *core.Record) error {
	limit := team.GetInt("licences")
	if limit == plans.Unlimited || !record.Changed(team, "licences") {
		return nil
	}
	running, err := runningOf(app, team.Id)
	if err != nil || len(running) <= limit {
		return err
	}
	return record.Refuse("licences", CodeLicencesFull, fmt.Sprintf("%d licences are in use: %s. End sessions first.", len(running), called(running)))
}
