package join

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// registerTeamDeletion records the users and links of a deleted team, however it is deleted, so that they can be told that it
// was deleted.
func registerTeamDeletion(app core.App) {
	app.OnRecordDeleteExecute("teams").BindFunc(func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := recordDeletedTeam(e.App, e.Record.Id); err != nil {
				return err
			}
			return e.Next()
		})
	})
}

// newID generates a record id in SQL.
const newID = "substr(lower(hex(randomblob(8))), 1, 15)"

func recordDeletedTeam(tx core.App, team string) error {
	for _, statement := range []string{
		`INSERT INTO deleted_teams (id, name, slug, created) SELECT id, name, slug, strftime('%Y-%m-%d %H:%M:%fZ', 'now') FROM teams WHERE id = {:team}`,
		`INSERT INTO deleted_memberships (id, team, user) SELECT ` + newID + `, {:team}, user FROM (
			SELECT user FROM memberships WHERE team = {:team} UNION
			SELECT u.id FROM departures d JOIN users u ON u.email = d.email WHERE d.team = {:team})`,
		`INSERT INTO deleted_links (id, team, link) SELECT ` + newID + `, {:team}, link FROM (
			SELECT 'live/' || id link FROM sessions WHERE team = {:team} UNION
			SELECT 's/' || code FROM sessions WHERE team = {:team} UNION
			SELECT 's/' || c.token_hash FROM personal_codes c JOIN personal_links l ON l.id = c.link WHERE l.team = {:team} UNION
			SELECT 'admin/' || slug FROM team_slugs WHERE team = {:team} UNION
			SELECT 'r/' || lower(slug) FROM rooms WHERE team = {:team} UNION
			SELECT 'r/' || lower(o.slug) FROM room_links o JOIN rooms r ON r.id = o.room WHERE r.team = {:team})`,
	} {
		if _, err := tx.DB().NewQuery(statement).Bind(dbx.Params{"team": team}).Execute(); err != nil {
			return fmt.Errorf("keep who was in a deleted team: %w", err)
		}
	}
	return nil
}

// GoneSession returns *actors.DeletedTeam if err says that the code of a session is unknown and it belonged to a deleted team
// that the account was in. Otherwise it returns err.
func GoneSession(app core.App, account *core.Record, code string, err error) error {
	if strings.HasPrefix(code, sessions.PersonalPrefix) {
		code = sessions.HashCode(code)
	}
	return actors.CheckDeletedLink(app, account, "s/"+code, err)
}

// GoneLive is GoneSession for the id of a session.
func GoneLive(app core.App, account *core.Record, id string, err error) error {
	return actors.CheckDeletedLink(app, account, "live/"+id, err)
}

// formerMemberError is *actors.FormerMember if the account left the room's team or was removed, and wasn't invited to the
// room's sessions since (R71).
func (p *RoomVisit) formerMemberError(app core.App) error {
	if p.Account == nil || p.Actor != nil {
		return nil
	}
	at, err := lastDeparture(app, p.Team.Id, p.Account.Email())
	if err != nil || at.IsZero() {
		return err
	}
	for _, session := range []*sessions.Session{p.Current, p.Upcoming} {
		if session == nil {
			continue
		}
		invited, err := sessions.FindParticipantFor(app, session.Id, p.Account)
		if err == nil && invited.GetDateTime("created").Time().After(at) {
			return nil
		}
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return err
		}
	}
	return &actors.FormerMember{Team: p.Team.Name()}
}

// Departed reports whether the visitor left the team or was removed from it, and wasn't invited since (R71).
func (v *Visitor) Departed() bool { return v.departed }
