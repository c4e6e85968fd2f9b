package web_test

import (
	"bufio"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// BenchmarkStreams keeps 500 pages of a team open and tells them all that something changed, until the last has
// heard. The memory is that of both ends, the readers' included.
func BenchmarkStreams(b *testing.B) {
	const pages, each = 500, 25
	server := viewstest.Serve(b, hookstest.Config())
	owner := hookstest.Account(b, server.App, "marta@x.example")
	team := hookstest.Team(b, server.App, owner, "Halation Post", "unlimited")
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	before := memoryInUse()
	heard := make(chan struct{}, pages)
	var open sync.WaitGroup
	for n := range pages / each {
		browser := server.As(hookstest.Member(b, server.App, team, fmt.Sprintf("p%d@x.example", n)))
		browser.Transport = transport
		for range each {
			response, err := browser.Client.Get(server.URL + "/events?team=" + team.Id)
			if err != nil || response.StatusCode != http.StatusOK {
				b.Fatal(response, err)
			}
			defer response.Body.Close()
			lines := bufio.NewScanner(response.Body)
			lines.Scan()
			open.Go(func() {
				for lines.Scan() {
					if strings.HasPrefix(lines.Text(), "event: users") {
						heard <- struct{}{}
					}
				}
			})
		}
	}
	held := float64(memoryInUse()-before) / pages / 1024
	n := 0
	var slowest time.Duration
	for b.Loop() {
		n++
		start := time.Now()
		hookstest.Invite(b, server.App, owner, team, fmt.Sprintf("new%d@x.example", n))
		for range pages {
			<-heard
		}
		slowest = max(slowest, time.Since(start))
		// A printed email sends one more event; wait until the pages are idle.
		for quiet := time.NewTimer(time.Second); ; {
			select {
			case <-heard:
				quiet.Reset(time.Second)
				continue
			case <-quiet.C:
			}
			break
		}
	}
	b.ReportMetric(held, "KB/page")
	b.ReportMetric(float64(slowest.Milliseconds()), "ms-until-all-heard")
	transport.CloseIdleConnections()
}

// memoryInUse is what the program holds of the system, after what is not used was given back.
func memoryInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
