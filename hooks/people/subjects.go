package people

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Subject is what an ID in the audit log of a team refers to now: a user or an object.
type Subject struct {
	Kind string `db:"kind"` // one of the Subject constants
	ID   string `db:"subject"`
}

// The kinds of subjects.
const (
	SubjectUser    = "user" // ID is that of a row of the list
	SubjectRoom    = "room"
	SubjectSession = "session"

	SubjectRecording = "recording"
	SubjectImport    = "import"
	SubjectJob       = "job"  // a bulk action
	SubjectTeam      = "team" // the team itself
)

// FindSubjects finds what ids of the team stand for: of accounts, invitations, participants, rooms, sessions, series, recordings,
// imports and bulk actions. A series has the link of its last session. What the team no longer has is missing.
func FindSubjects(app core.App, team string, ids []string) (map[string]Subject, error) {
	if err := Refresh(app, team); err != nil {
		return nil, err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("find the subjects of ids: %w", err)
	}
	var rows []struct {
		Subject
		Of string `db:"of_id"`
	}
	if err := app.DB().NewQuery(subjectsSQL).Bind(dbx.Params{"team": team, "ids": string(list)}).All(&rows); err != nil {
		return nil, fmt.Errorf("find the subjects of ids: %w", err)
	}
	found := make(map[string]Subject, len(rows))
	for _, row := range rows {
		found[row.Of] = row.Subject
	}
	return found, nil
}

// subjectsSQL finds an invitation's row by the account that accepted it, or else by its address.
const subjectsSQL = `
	WITH ids AS (SELECT DISTINCT value id FROM json_each({:ids}) WHERE value != '')
	SELECT ids.id of_id, 'user' kind, p.id subject FROM ids CROSS JOIN invitations i ON i.id = ids.id AND i.team = {:team}
		CROSS JOIN people p ON p.team = {:team} AND p.email = i.email
	UNION ALL SELECT ids.id, 'user', m.user FROM ids CROSS JOIN invitations i ON i.id = ids.id AND i.team = {:team} AND i.user != ''
		CROSS JOIN memberships m ON m.team = {:team} AND m.user = i.user
	UNION ALL SELECT ids.id, 'user', m.user FROM ids CROSS JOIN memberships m ON m.team = {:team} AND m.user = ids.id
	UNION ALL SELECT ids.id, 'user', m.user FROM ids CROSS JOIN participants t ON t.id = ids.id AND t.team = {:team} AND t.user != ''
		CROSS JOIN memberships m ON m.team = {:team} AND m.user = t.user
	UNION ALL SELECT ids.id, 'room', r.id FROM ids CROSS JOIN rooms r ON r.id = ids.id AND r.team = {:team}
	UNION ALL SELECT ids.id, 'session', s.id FROM ids CROSS JOIN sessions s ON s.id = ids.id AND s.team = {:team}
	UNION ALL SELECT * FROM (SELECT ids.id, 'session', (SELECT s.id FROM sessions s WHERE s.series = e.id AND s.series != '' ORDER BY s.occurrence DESC LIMIT 1) last
		FROM ids CROSS JOIN series e ON e.id = ids.id AND e.team = {:team}) WHERE last IS NOT NULL
	UNION ALL SELECT ids.id, 'recording', r.id FROM ids CROSS JOIN recordings r ON r.id = ids.id AND r.team = {:team}
	UNION ALL SELECT ids.id, 'import', i.id FROM ids CROSS JOIN imports i ON i.id = ids.id AND i.team = {:team}
	UNION ALL SELECT ids.id, 'job', j.id FROM ids CROSS JOIN bulk_jobs j ON j.id = ids.id AND j.team = {:team}
	UNION ALL SELECT id, 'team', id FROM ids WHERE id = {:team}`
