package metrics

import (
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/prometheus/client_golang/prometheus"

	"usher/hooks/backup"
	"usher/hooks/live"
	"usher/hooks/mail"
	"usher/hooks/tools/disk"
)

// state reads the state of the server when it is asked.
type state struct{ app core.App }

func newDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("usher_"+name, help, labels, nil)
}

var (
	descTeams        = newDesc("teams", "Teams.")
	descUsers        = newDesc("users", "Accounts.")
	descLive         = newDesc("live_ready", "Whether live media runs: 1 or 0.")
	descSessions     = newDesc("live_sessions", "Sessions that are running. Each uses a licence of its team.")
	descParticipants = newDesc("participants", "Connections of people to running sessions.")
	descFull         = newDesc("teams_without_free_licence", "Teams that use all their licences.")
	descOutbox       = newDesc("outbox_emails", "Emails that are kept, by status.", "status")
	descOutboxAge    = newDesc("outbox_oldest_seconds", "How long the oldest email waits; 0: none waits.")
	descRecordings   = newDesc("recordings", "Recordings, by status.", "status")
	descRecorded     = newDesc("recordings_bytes", "Size of all recordings.")
	descDatabase     = newDesc("database_bytes", "Size of the files of the database.", "file")
	descDisk         = newDesc("disk_free_bytes", "Free space on the disk of the data folder.")
	descBackup       = newDesc("backup_last_success_timestamp_seconds", "When the last scheduled backup succeeded; 0: never.")
	descBackupFailed = newDesc("backup_failed", "Whether the last scheduled backup failed: 1 or 0.")
	descBackupBytes  = newDesc("backup_bytes", "Size of the last scheduled backup.")
	descBackupTime   = newDesc("backup_duration_seconds", "How long the last scheduled backup took.")
)

// Describe sends nothing: what there is depends on the server.
func (*state) Describe(chan<- *prometheus.Desc) {}

// Collect sends what can be read. What fails is missing and logged.
func (s *state) Collect(to chan<- prometheus.Metric) {
	send := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for what, collect := range map[string]func(func(*prometheus.Desc, float64, ...string)) error{
		"counts": s.counts, "groups": s.groups, "outbox": s.outbox, "backup": s.backup,
	} {
		if err := collect(send); err != nil {
			s.app.Logger().Error("the metrics couldn't be read", "what", what, "error", err)
		}
	}
	if live.Enabled(s.app) {
		send(descLive, one(live.Ready(s.app) == nil))
	}
	for _, file := range []string{"data.db", "data.db-wal", "auxiliary.db"} {
		if info, err := os.Stat(filepath.Join(s.app.DataDir(), file)); err == nil {
			send(descDatabase, float64(info.Size()), file)
		}
	}
	if free, ok := disk.FreeBytes(s.app.DataDir()); ok {
		send(descDisk, float64(free))
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func (s *state) counts(send func(*prometheus.Desc, float64, ...string)) error {
	for desc, query := range map[*prometheus.Desc]string{
		descTeams:        "SELECT count(*) FROM teams",
		descUsers:        "SELECT count(*) FROM users",
		descSessions:     "SELECT count(*) FROM sessions WHERE status = 'running'",
		descParticipants: `SELECT count(*) FROM attendances a JOIN sessions s ON s.id = a.session WHERE s.status = 'running' AND a."left" = ''`,
		descFull: `SELECT count(*) FROM teams t WHERE t.licences >= 0 AND t.licences <= (SELECT count(*) FROM sessions s WHERE s.team = t.id AND s.status = 'running')
			AND EXISTS (SELECT 1 FROM sessions s WHERE s.team = t.id AND s.status = 'running')`,
		descRecorded: "SELECT coalesce(sum(bytes + mp4_bytes), 0) FROM recordings",
	} {
		var n float64
		if err := s.app.DB().NewQuery(query).Row(&n); err != nil {
			return err
		}
		send(desc, n)
	}
	return nil
}

func (s *state) groups(send func(*prometheus.Desc, float64, ...string)) error {
	for desc, table := range map[*prometheus.Desc]string{descOutbox: "outbox", descRecordings: "recordings"} {
		var rows []struct {
			Status string
			N      float64
		}
		if err := s.app.DB().Select("status", "count(*) AS n").From(table).GroupBy("status").All(&rows); err != nil {
			return err
		}
		for _, row := range rows {
			send(desc, row.N, row.Status)
		}
	}
	return nil
}

func (s *state) outbox(send func(*prometheus.Desc, float64, ...string)) error {
	n, oldest, err := mail.Backlog(s.app)
	if err != nil {
		return err
	}
	age := 0.0
	if n > 0 {
		age = max(0, time.Since(oldest).Seconds())
	}
	send(descOutboxAge, age)
	return nil
}

func (s *state) backup(send func(*prometheus.Desc, float64, ...string)) error {
	status, err := backup.StatusOf(s.app)
	if err != nil || status.Started.IsZero() {
		return err
	}
	at := 0.0
	if !status.Succeeded.IsZero() {
		at = float64(status.Succeeded.Unix())
	}
	send(descBackup, at)
	send(descBackupFailed, one(status.Error != ""))
	send(descBackupBytes, float64(status.Bytes))
	send(descBackupTime, status.Seconds)
	return nil
}
