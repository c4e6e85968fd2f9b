package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Rooms with permanent links (R85), and replaced links, which say so (R92).
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		rooms := core.NewBaseCollection("rooms")
		rooms.Fields.Add(
			team,
			&core.TextField{Name: "name", Required: true, Max: 60},
			&core.TextField{Name: "slug", Required: true, Max: 60, Pattern: slugPattern},
			&core.TextField{Name: "description", Max: 500},
			&core.SelectField{Name: "entry", Required: true, MaxSelect: 1, Values: []string{"invited", "team", "anyone"}},
			&core.BoolField{Name: "lobby"},
			&core.BoolField{Name: "early"}, // participants may join before the host
			&core.BoolField{Name: "muted"}, // on entry
			&core.SelectField{Name: "recording", Required: true, MaxSelect: 1, Values: []string{"off", "host", "always"}},
			&core.NumberField{Name: "people", OnlyInt: true, Min: atLeast(0)}, // 0: the limit of the plan
			&core.SelectField{Name: "quality", Required: true, MaxSelect: 1, Values: resolutions},
			&core.DateField{Name: "archived"},
			created(), updated(),
		)
		rooms.AddIndex("idx_rooms_slug", true, "slug COLLATE NOCASE", "")
		rooms.AddIndex("idx_rooms_name", true, "team, name COLLATE NOCASE", "archived = ''")
		rooms.AddIndex("idx_rooms_team", false, "team, name", "")
		if err := app.Save(rooms); err != nil {
			return err
		}
		rooms.ListRule = rule(forMembersOf("team"))
		rooms.ViewRule = rooms.ListRule
		if err := app.Save(rooms); err != nil {
			return err
		}

		room, err := relation(app, "room", "rooms", true, true)
		if err != nil {
			return err
		}
		links := core.NewBaseCollection("room_links")
		links.Fields.Add(room, &core.TextField{Name: "slug", Required: true, Max: 60, Pattern: slugPattern}, created())
		links.AddIndex("idx_room_links_slug", true, "slug COLLATE NOCASE", "")
		links.AddIndex("idx_room_links_room", false, "room", "")
		return app.Save(links)
	}, drop("room_links", "rooms"))
}

const slugPattern = `^[a-z0-9]+(-[a-z0-9]+)*$`

// resolutions are the video heights to choose from.
var resolutions = []string{"360p", "720p", "1080p", "2160p"}

// forMembersOf is the API rule for what members of that team may read; guests may not.
func forMembersOf(team string) string {
	return fmt.Sprintf(`@request.auth.id != "" && %[1]s.memberships_via_team.user ?= @request.auth.id && %[1]s.memberships_via_team.kind ?= "member"`, team)
}
