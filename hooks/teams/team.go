// Package teams has the teams: their names, logos and settings (R9).
package teams

import (
	"context"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/record"
	"usher/hooks/tools/images"
)

// The limits of a team's profile, in characters and bytes.
const (
	MaxName        = 60
	MaxDescription = 500
	MaxLogo        = images.MaxBytes
)

var _ core.RecordProxy = (*Team)(nil)

// Team is an organization: every member, seat, room, session and byte belongs to exactly one (R1).
type Team struct{ *core.Record }

// PreValidate makes sure that the proxy holds a team.
func (t *Team) PreValidate(context.Context, core.App) error {
	if t.Record == nil || t.Collection().Name != "teams" {
		return errors.New("not a team")
	}
	return nil
}

// ProxyRecord returns the record.
func (t *Team) ProxyRecord() *core.Record { return t.Record }

// SetProxyRecord sets the record.
func (t *Team) SetProxyRecord(r *core.Record) { t.Record = r }

// Of wraps a record of the teams collection.
func Of(r *core.Record) *Team { return &Team{r} }

// Name is the name of the team.
func (t *Team) Name() string { return t.GetString("name") }

// Slug is the team's name in URLs.
func (t *Team) Slug() string { return t.GetString("slug") }

// Description is a short description of the team.
func (t *Team) Description() string { return t.GetString("description") }

// LogoFile is the name of the logo's file, or "".
func (t *Team) LogoFile() string { return t.GetString("logo") }

// ZoneName is the name of the team's time zone, or "" until one is chosen.
func (t *Team) ZoneName() string { return t.GetString("timezone") }

// RequiresTwoFactors reports whether the Owner and Admins must have two-factor authentication.
func (t *Team) RequiresTwoFactors() bool { return actors.RequiresTwoFactors(t.Record) }

// AdminsManageAdmins reports whether Admins may manage other Admins (D1).
func (t *Team) AdminsManageAdmins() bool { return t.GetBool("admins_manage_admins") }

// OpenLinks reports whether sessions can be opened to everyone who has their link (R163). Turning it off closes all of them.
func (t *Team) OpenLinks() bool { return t.GetBool("open_links") }

// LogoPath is the path of the logo on this server, or "". It changes with the logo.
func (t *Team) LogoPath() string {
	if logo := t.GetString("logo"); logo != "" {
		return paths.Logo(t.Slug(), logo)
	}
	return ""
}

// Zone is the team's time zone; UTC until one is chosen.
func (t *Team) Zone() *time.Location {
	zone, err := time.LoadLocation(t.GetString("timezone"))
	if err != nil {
		return time.UTC
	}
	return zone
}

// Find returns the team with the id, the slug or a previous slug.
func Find(app core.App, ref string) (*Team, error) {
	return record.One[Team](app.RecordQuery("teams").AndWhere(actors.TeamRef(ref)), "find team")
}
