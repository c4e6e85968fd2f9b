// Package hooks registers every rule of Usher. The rules apply to all writers.
package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/active"
	"usher/hooks/administrators"
	"usher/hooks/attendances"
	"usher/hooks/audit"
	"usher/hooks/backup"
	"usher/hooks/billing"
	"usher/hooks/bulk"
	"usher/hooks/capacity"
	"usher/hooks/chat"
	"usher/hooks/events"
	"usher/hooks/invitations"
	"usher/hooks/join"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/passkeys"
	"usher/hooks/people"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/recordings"
	"usher/hooks/recordings/mp4"
	"usher/hooks/rooms"
	"usher/hooks/runs"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/hooks/support"
	"usher/hooks/tags"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/hooks/twofactors"
)

// Config holds the settings of Usher.
type Config = settings.Config

// Register registers every rule before the app starts. The order matters: stored state is loaded before it is checked, and an
// invalid state is reported before a missing seat.
func Register(app core.App, config Config) {
	settings.Set(app, config)
	record.Register(app, "users", "logins", "teams", "memberships", "ownership_offers", "invitations", "imports", "tags",
		"rooms", "series", "sessions", "participants", "personal_links", "attendances", "feeds", "recordings")
	audit.Register(app)
	administrators.Register(app)
	mail.Register(app)
	accounts.Register(app)
	twofactors.Register(app)
	passkeys.Register(app)
	plans.Register(app)
	teams.Register(app)
	members.Register(app)
	invitations.Register(app)
	bulk.Register(app)
	tags.Register(app)
	seats.Register(app)
	rooms.Register(app)
	sessions.Register(app)
	runs.Register(app)
	join.Register(app)
	attendances.Register(app)
	recordings.Register(app)
	mp4.Register(app)
	active.Register(app)
	chat.Register(app)
	billing.Register(app)
	capacity.Register(app)
	people.Register(app)
	support.Register(app)
	backup.Register(app)
	events.Register(app)
}
