package actors_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
)

// grantedLetters returns a row of the table as one letter per column: O, A, G, M and U if granted.
func grantedLetters(row actors.Permission) string {
	var b strings.Builder
	for n, holds := range row.Granted {
		if holds {
			b.WriteByte("OAGMU"[n])
		} else {
			b.WriteByte('-')
		}
	}
	return b.String()
}

func TestPermissions_FollowTeamSettings(t *testing.T) {
	for name, test := range map[string]struct {
		settings       map[string]any
		hosts, manages string
	}{
		"default":                   {map[string]any{"organizer_seats": 5}, "--G--", "O----"},
		"Admins can manage Admins":  {map[string]any{"organizer_seats": 5, "admins_manage_admins": true}, "--G--", "OA---"},
		"unlimited Organizer seats": {map[string]any{"organizer_seats": -1}, "OAGM-", "O----"},
		"unlimited, switched off":   {map[string]any{"organizer_seats": -1, "members_host": "off"}, "--G--", "O----"},
	} {
		t.Run(name, func(t *testing.T) {
			team := core.NewRecord(core.NewBaseCollection("teams"))
			team.Load(test.settings)
			want := map[string]string{
				"Join sessions they're invited to": "OAGMU", "See rooms and when they're free": "OAGM-",
				"Schedule and host sessions": test.hosts, "Open the Admin Panel and read the audit log": "OA---",
				"Invite and remove Organizers, members and guests": "OA---", "Create, change and archive rooms": "OA---",
				"Change the team's name, logo and settings": "OA---", "Invite and remove Admins": test.manages, "Change the plan and add-ons": "OA---",
				"Let Admins manage other Admins": "O----", "Transfer the team to an Admin": "O----", "Delete the team": "O----",
			}
			table := actors.Permissions(team)
			if len(table) != len(want) {
				t.Errorf("got %d rows, want %d", len(table), len(want))
			}
			for _, row := range table {
				if len(row.Granted) != len(actors.PermissionColumns) {
					t.Errorf("%s: got %d columns, want %d", row.Label, len(row.Granted), len(actors.PermissionColumns))
				}
				if got := grantedLetters(row); got != want[row.Label] {
					t.Errorf("%s: got %s, want %s", row.Label, got, want[row.Label])
				}
			}
		})
	}
}
