package panel_test

import (
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/views/viewstest"
)

func TestPanel_LiveMediaOff_ShowsABanner(t *testing.T) {
	for _, off := range []bool{true, false} {
		config := hookstest.Config()
		if off {
			config.LiveURL, config.LiveKey, config.LiveSecret = "ws://127.0.0.1:1", "key", "a-secret-of-thirty-two-characters"
		}
		server := viewstest.Serve(t, config)
		owner := hookstest.Account(t, server.App, "marta@halation.example")
		team := hookstest.Team(t, server.App, owner, "Halation", "pro")
		_, _ = live.ListRooms(server.App) // runs every minute; the server doesn't answer
		page := server.As(owner).Get("/admin/" + team.Slug() + "/users")
		if page.Status != 200 || strings.Contains(page.Body, "Live media isn&#39;t working.") != off || !strings.Contains(page.Body, "Email isn&#39;t set up.") {
			t.Errorf("off %v: %d, %v", off, page.Status, strings.Contains(page.Body, "Live media isn&#39;t working."))
		}
	}
}
