package backup_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/backup"
	"usher/hooks/hookstest"
)

// BenchmarkMake measures how long writers wait while a database of USHER_BENCH_MB megabytes (1024) is backed up, compared with the same
// writers without a backup.
func BenchmarkMake(b *testing.B) {
	megabytes, err := strconv.Atoi(cmp.Or(os.Getenv("USHER_BENCH_MB"), "1024"))
	if err != nil {
		b.Fatal(err)
	}
	app := hookstest.NewApp(b)
	team := hookstest.Team(b, app, hookstest.Account(b, app, "marta@halation.example"), "Halation Post", "unlimited")
	hookstest.FillDB(b, app, megabytes)
	place := filepath.Join(b.TempDir(), "backups")
	n := 0
	write := func() {
		n++
		err := app.RunInTransaction(func(tx core.App) error {
			_, err := tx.DB().Insert("tags", dbx.Params{"id": fmt.Sprintf("b%014d", n), "team": team.Id, "email": fmt.Sprint(n, "@halation.example"), "name": "color"}).Execute()
			return err
		})
		if err != nil {
			b.Error(err)
		}
	}
	measure := func(b *testing.B, work func()) {
		var waits []time.Duration
		for b.Loop() {
			stop := make(chan struct{})
			var writer sync.WaitGroup
			writer.Go(func() {
				for {
					select {
					case <-stop:
						return
					case <-time.After(2 * time.Millisecond):
						at := time.Now()
						write()
						waits = append(waits, time.Since(at))
					}
				}
			})
			work()
			close(stop)
			writer.Wait()
		}
		slices.Sort(waits)
		for name, at := range map[string]int{"ms-median": len(waits) / 2, "ms-99.9%": len(waits) * 999 / 1000, "ms-longest": len(waits) - 1} {
			b.ReportMetric(float64(waits[at].Microseconds())/1000, name)
		}
	}
	b.Run("idle", func(b *testing.B) { measure(b, func() { time.Sleep(5 * time.Second) }) })
	b.Run("backup", func(b *testing.B) {
		measure(b, func() {
			to, err := backup.OpenStore(app, place)
			if err == nil {
				_, err = backup.Make(context.Background(), app.DataDir(), to, backup.Options{Now: time.Now()})
			}
			if err != nil {
				b.Fatal(err)
			}
			_ = os.RemoveAll(place)
		})
	})
}
