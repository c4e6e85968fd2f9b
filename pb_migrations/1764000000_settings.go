package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// PocketBase's limiter is only a coarse safety net; its defaults would lock out an office behind one IP address.
func init() {
	m.Register(func(app core.App) error {
		settings := app.Settings()
		settings.Meta.AppName = "Usher"
		settings.RateLimits.Enabled = true
		settings.RateLimits.Rules = []core.RateLimitRule{
			{Label: "*:auth", MaxRequests: 120, Duration: 60},
			{Label: "*:create", MaxRequests: 120, Duration: 60},
			{Label: "/api/", MaxRequests: 3000, Duration: 10},
		}
		settings.Batch.Enabled = false
		settings.SuperuserIPs = []string{"127.0.0.0/8", "::1"}
		return app.Save(settings)
	}, nil)
}
