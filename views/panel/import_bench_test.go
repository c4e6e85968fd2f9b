package panel_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/views/viewstest"
)

// BenchmarkReadersDuringAnImport requests the Users page while nothing else runs and while 10,000 addresses are
// imported. It reports the 95th percentile of both in milliseconds, and the rows per second of the import.
func BenchmarkReadersDuringAnImport(b *testing.B) {
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = "re_test", "http://127.0.0.1:9"
	server := viewstest.Serve(b, config)
	owner := hookstest.Account(b, server.App, "marta@halation.example")
	team := hookstest.Team(b, server.App, owner, "Halation Post", "unlimited")
	reader := server.As(owner)
	path := "/admin/" + team.Slug() + "/users"
	read := func() time.Duration {
		begun := time.Now()
		if r := reader.Get(path); r.Status != http.StatusOK {
			b.Fatal(r.Status)
		}
		return time.Since(begun)
	}
	invite := func(prefix string) *invitations.Import {
		var lines []invitations.Line
		for n := range invitations.MaxImport {
			lines = append(lines, addresslist.NewEntry("", fmt.Sprintf("%s%d@x.example", prefix, n)))
		}
		i, err := invitations.StartImport(server.App, hookstest.Actor(b, server.App, owner, team), invitations.Request{Lines: lines}, "")
		if err != nil {
			b.Fatal(err)
		}
		return i
	}
	done := func(i *invitations.Import) bool {
		now, err := invitations.FindImport(server.App, team.Id, i.Id)
		if err != nil {
			b.Fatal(err)
		}
		return !now.Active()
	}
	for first := invite("before"); !done(first); { // the list is long in both
		read()
	}
	for b.Loop() {
		var quiet, busy []time.Duration
		for range 300 {
			quiet = append(quiet, read())
		}
		begun := time.Now()
		running := invite(fmt.Sprintf("during%d-", begun.UnixNano()))
		for len(busy)%20 != 0 || !done(running) {
			busy = append(busy, read())
		}
		b.ReportMetric(float64(invitations.MaxImport)/time.Since(begun).Seconds(), "rows/s")
		b.ReportMetric(p95(quiet), "quiet-p95-ms")
		b.ReportMetric(p95(busy), "import-p95-ms")
	}
}

func p95(all []time.Duration) float64 {
	slices.Sort(all)
	return float64(all[len(all)*95/100].Microseconds()) / 1000
}
