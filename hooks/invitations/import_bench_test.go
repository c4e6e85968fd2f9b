package invitations_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
)

// BenchmarkImport imports 10,000 addresses: invitations, emails, audit and report, without sending.
func BenchmarkImport(b *testing.B) {
	for _, roles := range []string{"member", "organizer"} {
		b.Run(roles, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				app := hookstest.NewApp(b)
				owner := hookstest.Account(b, app, "marta@halation.example")
				team := hookstest.Team(b, app, owner, "Halation Post", "unlimited")
				offer := invitations.Request{Lines: invitations.ParseLines(manyAddresses(invitations.MaxImport))}
				offer.Roles.Organizer = roles == "organizer"
				b.StartTimer()
				i, err := invitations.StartImport(app, hookstest.Actor(b, app, owner, team), offer, "")
				if err != nil {
					b.Fatal(err)
				}
				importer := invitations.NewImporter(app)
				for worked := true; worked; {
					if worked, err = importer.Step(); err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
				if n := hookstest.Count(b, app, "invitations", dbx.HashExp{"status": invitations.Pending}); n != invitations.MaxImport {
					b.Fatal(fmt.Sprint(n, " are invited of ", i.Total()))
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(b.N*invitations.MaxImport)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
