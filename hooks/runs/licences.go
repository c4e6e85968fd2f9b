package runs

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// LicenceUse is the use of a team's licences (R112).
type LicenceUse struct {
	Limit    int // or plans.Unlimited
	Sessions []*sessions.Session
}

// Used is how many licences are in use.
func (u *LicenceUse) Used() int { return len(u.Sessions) }

// Free is how many more sessions can be started, or plans.Unlimited.
func (u *LicenceUse) Free() int {
	if u.Limit == plans.Unlimited {
		return plans.Unlimited
	}
	return max(0, u.Limit-len(u.Sessions))
}

// Licences returns the sessions that use the licences of a team: those that are running, in Usher or another tool (R108).
func Licences(app core.App, team string) (*LicenceUse, error) {
	found, err := app.FindRecordById("teams", team)
	if err != nil {
		return nil, fmt.Errorf("find a team: %w", err)
	}
	running, err := listRunning(app, team)
	return &LicenceUse{found.GetInt("licences"), running}, err
}

// validateLicence refuses to start a session beyond the licences of its team (R110).
func validateLicence(app core.App, r *core.Record) error {
	if r.GetString("status") != sessions.Running || r.Original().GetString("status") == sessions.Running {
		return nil
	}
	var limit, used int
	err := app.DB().NewQuery(`SELECT licences, (SELECT count(*) FROM sessions s WHERE s.team = teams.id AND s.status = 'running' AND s.id != {:id})
		FROM teams WHERE id = {:team}`).WithContext(record.Prepared).
		Bind(dbx.Params{"team": r.GetString("team"), "id": r.Id}).Row(&limit, &used)
	if err != nil {
		return fmt.Errorf("count the licences in use: %w", err)
	}
	if limit != plans.Unlimited && used >= limit {
		return errs.Invalid("base", CodeLicencesFull, licencesInUse(limit)+licenceAdvice(limit)+".")
	}
	return nil
}

func licencesInUse(limit int) string {
	switch limit {
	case 0:
		return "This team has no licences"
	case 1:
		return "The team's only licence is in use by another session"
	}
	return fmt.Sprintf("All %d licences of this team are in use", limit)
}

// licenceAdvice is what to do without a free licence, for any reader.
func licenceAdvice(limit int) string {
	switch limit {
	case 0:
		return ". " + plans.MoreHint("licences")
	case 1:
		return ". Start this session after that one ends"
	}
	return ". Start this session after another one ends"
}

// licencesFullError is the error for a missing licence as the actor sees it. The Owner and Admins, who can end any session,
// see which sessions use the licences (R110); others see who can help.
func licencesFullError(tx core.App, actor *actors.Actor, refusal error) error {
	running, err := listRunning(tx, actor.Team.Id)
	if err != nil {
		return err
	}
	if len(running) == 0 {
		return refusal
	}
	limit := actor.Team.GetInt("licences")
	if actor.CanUsePanel() {
		return errs.Invalid("base", CodeLicencesFull, licencesInUse(limit)+": "+sessionNames(running)+". End one of them. "+plans.MoreHint("licences")+".")
	}
	ask, err := actors.AskHint(tx, actor, (*actors.Actor).CanUsePanel, "to end one")
	if err != nil {
		return err
	}
	return errs.Invalid("base", CodeLicencesFull, strings.TrimSpace(licencesInUse(limit)+licenceAdvice(limit)+". "+ask))
}

// validateLicenceLimit refuses to lower a team's licences below the number in use, and lists the sessions.
func validateLicenceLimit(app core.App, team *core.Record) error {
	limit := team.GetInt("licences")
	if limit == plans.Unlimited || !record.Changed(team, "licences") {
		return nil
	}
	running, err := listRunning(app, team.Id)
	if err != nil || len(running) <= limit {
		return err
	}
	return errs.Invalid("licences", CodeLicencesFull, fmt.Sprintf("%d licences are in use: %s. End sessions before lowering the limit.", len(running), sessionNames(running)))
}
