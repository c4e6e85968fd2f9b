package chat

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/jobs"
)

// DownloadPeriod is how long after the end of a session its host can still download the chat of a team that doesn't keep chats.
const DownloadPeriod = time.Hour

// Kept reports whether the team keeps chats after DownloadPeriod.
func Kept(team *core.Record) bool { return team.GetBool("keep_chats") }

// Register registers the deletion of chats that aren't kept.
func Register(app core.App) {
	jobs.EveryMinute(app, "usherChats", "delete the chats of sessions that have ended", Erase)
}

// Erase deletes the messages of sessions that ended DownloadPeriod ago, in teams that don't keep chats.
func Erase(app core.App, now time.Time) error {
	_, err := app.NonconcurrentDB().NewQuery(`DELETE FROM messages WHERE session IN (SELECT DISTINCT m.session FROM messages m
		JOIN sessions s ON s.id = m.session JOIN teams t ON t.id = s.team
		WHERE NOT t.keep_chats AND s.status = 'ended' AND s.ended <= {:before})`).
		Bind(dbx.Params{"before": record.FormatTime(now.Add(-DownloadPeriod))}).Execute()
	if err != nil {
		return fmt.Errorf("delete the chats of sessions that have ended: %w", err)
	}
	return nil
}
