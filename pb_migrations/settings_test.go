package pb_migrations_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// PocketBase's limiter is only the coarse net: its defaults of 2 sign-ins in 3 seconds would lock out an office behind one address.
func TestSettings_RateLimitsAndAccessOfPocketBase(t *testing.T) {
	app, list := fresh(t), own()
	if _, err := core.NewMigrationsRunner(app, list).Up(); err != nil {
		t.Fatal(err)
	}
	if err := app.ReloadSettings(); err != nil {
		t.Fatal(err)
	}
	settings := app.Settings()
	want := []core.RateLimitRule{
		{Label: "*:auth", MaxRequests: 120, Duration: 60},
		{Label: "*:create", MaxRequests: 120, Duration: 60},
		{Label: "/api/", MaxRequests: 3000, Duration: 10},
	}
	if !settings.RateLimits.Enabled || !slices.Equal(settings.RateLimits.Rules, want) {
		t.Errorf("got %+v, want it on with %+v", settings.RateLimits, want)
	}
	if settings.Batch.Enabled || !slices.Equal(settings.SuperuserIPs, []string{"127.0.0.0/8", "::1"}) {
		t.Errorf("batch requests %v, superusers from %v, want none, and only from this machine", settings.Batch.Enabled, settings.SuperuserIPs)
	}
}
