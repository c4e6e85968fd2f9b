package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A personal link belongs to an invitee and a session, or to all sessions of a series (R168), and outlives the rows of
// the participant. Every code that was sent leads to it; a code that was shown to a host proves nothing about the
// address. Links keep the id of the participant whose code was sent first, so that codes stay the same.
func init() {
	m.Register(func(app core.App) error {
		links := core.NewBaseCollection("personal_links")
		for _, parent := range []struct {
			name, collection string
			required         bool
		}{{"team", "teams", true}, {"session", "sessions", false}, {"series", "series", false}} {
			field, err := relation(app, parent.name, parent.collection, parent.required, true)
			if err != nil {
				return err
			}
			links.Fields.Add(field)
		}
		links.Fields.Add(
			&core.EmailField{Name: "email", Required: true},
			&core.DateField{Name: "removed"}, // when the invitee was last taken off a session; empty: invited since
			created(), updated(),
		)
		links.AddIndex("idx_personal_links_session", true, "session, email", "session != ''")
		links.AddIndex("idx_personal_links_series", true, "series, email", "series != ''")
		links.AddIndex("idx_personal_links_team", false, "team", "")
		if err := app.Save(links); err != nil {
			return err
		}
		link, err := relation(app, "link", "personal_links", true, true)
		if err != nil {
			return err
		}
		codes := core.NewBaseCollection("personal_codes")
		codes.Fields.Add(
			link,
			&core.TextField{Name: "token_hash", Required: true, Hidden: true, Max: 64},
			&core.BoolField{Name: "shown"}, // to a host, who may use it like the invitee
			created(),
		)
		codes.AddIndex("idx_personal_codes_token", true, "token_hash", "")
		codes.AddIndex("idx_personal_codes_link", false, "link", "")
		if err := app.Save(codes); err != nil {
			return err
		}
		participants, err := app.FindCollectionByNameOrId("participants")
		if err != nil {
			return err
		}
		participants.Fields.Add(&core.TextField{Name: "link", Hidden: true, Max: 15})
		participants.AddIndex("idx_participants_link", false, "link", "link != ''")
		if err := app.Save(participants); err != nil {
			return err
		}
		return run(app,
			`INSERT INTO personal_links (id, team, session, series, email, removed, created, updated)
				SELECT id, team, CASE series WHEN '' THEN session ELSE '' END, series, email, '', created, updated FROM (
					SELECT p.id, p.team, p.session, s.series, p.email, p.created, p.updated,
						row_number() OVER (PARTITION BY CASE s.series WHEN '' THEN s.id ELSE s.series END, p.email ORDER BY s.occurrence, s.starts, p.created, p.id) n
					FROM participants p JOIN sessions s ON s.id = p.session) WHERE n = 1`,
			`UPDATE participants SET link = coalesce((SELECT l.id FROM personal_links l JOIN sessions s ON s.id = participants.session
				WHERE l.email = participants.email AND (s.series != '' AND l.series = s.series OR s.series = '' AND l.session = s.id)), '')`,
			`INSERT INTO personal_codes (id, link, token_hash, shown, created)
				SELECT id, link, token_hash, FALSE, created FROM participants WHERE token_hash != '' AND link != ''`,
		)
	}, func(app core.App) error {
		participants, err := app.FindCollectionByNameOrId("participants")
		if err != nil {
			return err
		}
		participants.RemoveIndex("idx_participants_link")
		participants.Fields.RemoveByName("link")
		if err := app.Save(participants); err != nil {
			return err
		}
		return drop("personal_codes", "personal_links")(app)
	})
}
