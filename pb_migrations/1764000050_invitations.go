package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Invitations to teams. Links are stored as SHA-256 only. The hash of a replaced link is kept, so that the old link can say so
// (R59).
func init() {
	m.Register(func(app core.App) error {
		team, err := relation(app, "team", "teams", true, true)
		if err != nil {
			return err
		}
		inviter, err := relation(app, "inviter", "users", false, false)
		if err != nil {
			return err
		}
		user, err := relation(app, "user", "users", false, false)
		if err != nil {
			return err
		}
		invitations := core.NewBaseCollection("invitations")
		invitations.Fields.Add(
			team,
			&core.EmailField{Name: "email", Required: true},
			&core.TextField{Name: "name", Max: 80},
			&core.BoolField{Name: "admin"},
			&core.BoolField{Name: "organizer"},
			&core.SelectField{Name: "status", Required: true, MaxSelect: 1,
				Values: []string{"pending", "accepted", "declined", "revoked", "expired"}},
			&core.TextField{Name: "reason", Max: 200},
			&core.TextField{Name: "note", Max: 500},
			&core.DateField{Name: "expires", Required: true},
			&core.DateField{Name: "answered"},
			&core.TextField{Name: "token_hash", Hidden: true, Max: 64},
			// shown: the inviter saw the link, so it doesn't prove ownership of the email address.
			&core.BoolField{Name: "shown", Hidden: true},
			inviter, user, created(), updated(),
		)
		invitations.AddIndex("idx_invitations_pending", true, "team, email", "status = 'pending'")
		invitations.AddIndex("idx_invitations_token", true, "token_hash", "token_hash != ''")
		invitations.AddIndex("idx_invitations_team", false, "team, status, expires", "")
		invitations.AddIndex("idx_invitations_email", false, "email, status", "")
		invitations.ListRule = rule(`@request.auth.id != "" && ` + panelOf("team"))
		invitations.ViewRule = invitations.ListRule
		if err := app.Save(invitations); err != nil {
			return err
		}

		invitation, err := relation(app, "invitation", "invitations", true, true)
		if err != nil {
			return err
		}
		links := core.NewBaseCollection("retired_links")
		links.Fields.Add(invitation, &core.TextField{Name: "token_hash", Hidden: true, Required: true, Max: 64}, created())
		links.AddIndex("idx_retired_links_token", true, "token_hash", "")
		return app.Save(links)
	}, drop("retired_links", "invitations"))
}
