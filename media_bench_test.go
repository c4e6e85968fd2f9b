package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/sessions"
)

func TestMain(m *testing.M) { livetest.Main(m) }

const (
	measured = 5 * time.Second // each time
	settling = 3 * time.Second // after everybody has come
)

// BenchmarkMedia lets 2, 4 and 8 people send a picture of 500 kbit/s each and take those of all others, on this
// machine: through a whole Usher with the embedded LiveKit, and through the same LiveKit as a process of its own. The
// processor is that of the server's process in percent of one core, the memory what it holds; those who send are in
// the process of the benchmark.
func BenchmarkMedia(b *testing.B) {
	usher := program(b)
	for _, people := range []int{2, 4, 8} {
		b.Run(fmt.Sprintf("usher/%d", people), func(b *testing.B) {
			process, passes := inUsher(b, usher, people)
			measure(b, process.Pid, passes)
		})
		b.Run(fmt.Sprintf("livekit/%d", people), func(b *testing.B) {
			process := livetest.Outside(b, "http://127.0.0.1:1"+live.ReportPath)
			config := hookstest.Config()
			config.LiveURL, config.LiveKey, config.LiveSecret = process.URL, process.Key, process.Secret
			app := hookstest.NewWith(b, config)
			if err := live.Open(app, "bench"); err != nil {
				b.Fatal(err)
			}
			var passes []live.Pass
			for n := range people {
				pass, err := live.Token(app, live.Grant{Room: "bench", Identity: strconv.Itoa(n), Publish: true})
				if err != nil {
					b.Fatal(err)
				}
				passes = append(passes, pass)
			}
			measure(b, process.PID, passes)
		})
	}
}

// inUsher starts the program with a session that so many people have joined.
func inUsher(b testing.TB, usher string, people int) (process *os.Process, passes []live.Pass) {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "pb_data")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	hookstest.Lay(b, dir)
	app := hookstest.Open(b, dir, hookstest.Config())
	team := hookstest.Team(b, app, hookstest.Person(b, app, "owner@x.example"), "Halation", "unlimited")
	host := hookstest.Member(b, app, team, "p0@x.example", "organizer")
	accounts, guests := []*core.Record{host}, []string{}
	for n := 1; n < people; n++ {
		accounts = append(accounts, hookstest.Member(b, app, team, fmt.Sprintf("p%d@x.example", n)))
		guests = append(guests, accounts[n].Email())
	}
	session := hookstest.Session(b, app, host, team, sessions.Form{Starts: time.Now().Add(time.Minute), Guests: guests})
	if _, err := sessions.Start(app, hookstest.Actor(b, app, host, team), session.Id); err != nil {
		b.Fatal(err)
	}
	var tokens []string
	for _, account := range accounts {
		token, err := account.NewAuthToken()
		if err != nil {
			b.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	if err := app.ResetBootstrapState(); err != nil {
		b.Fatal(err)
	}
	process, address := serving(b, usher, dir)
	for _, token := range tokens {
		passes = append(passes, join(b, address, session.Code(), token))
	}
	return process, passes
}

// serving starts the program on that folder and returns once it can hold sessions.
func serving(b testing.TB, usher, dir string) (process *os.Process, address string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address = "http://" + listener.Addr().String()
	listener.Close()
	command := exec.Command(usher, "serve", "--http", strings.TrimPrefix(address, "http://"), "--dir", dir)
	command.Env = append(os.Environ(), "USHER_LIVE_UDP_PORT="+strconv.Itoa(livetest.Local(b).UDPPort))
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	for range 200 {
		if reply, err := http.Get(address + "/livekit/rtc"); err == nil {
			reply.Body.Close()
			if reply.StatusCode == http.StatusUnauthorized {
				return command.Process, address
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatal("no media server")
	return nil, ""
}

func join(b testing.TB, address, code, token string) live.Pass {
	b.Helper()
	request, _ := http.NewRequest(http.MethodPost, address+"/api/s/"+code+"/join", strings.NewReader("{}"))
	request.Header.Set("Authorization", token)
	request.Header.Set("Content-Type", "application/json")
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer reply.Body.Close()
	var pass live.Pass
	if err := json.NewDecoder(reply.Body).Decode(&pass); err != nil || pass.Token == "" {
		b.Fatalf("join: %d, %v", reply.StatusCode, err)
	}
	return pass
}

func measure(b *testing.B, pid int, passes []live.Pass) {
	b.Helper()
	var people []*livetest.Sender
	for _, pass := range passes {
		people = append(people, livetest.Come(b, pass))
	}
	for _, person := range people {
		person.Send(b, 1280, 720, 30, 500_000)
	}
	for _, person := range people {
		for wait := 0; person.Received.Load() == 0 && wait < 200; wait++ {
			time.Sleep(20 * time.Millisecond)
		}
	}
	time.Sleep(settling)
	before, packets, begun := processor(b, pid), received(people), time.Now()
	for b.Loop() {
		time.Sleep(measured)
	}
	seconds := time.Since(begun).Seconds()
	b.ReportMetric(100*(processor(b, pid)-before).Seconds()/seconds, "%-of-a-core")
	b.ReportMetric(float64(received(people)-packets)/seconds, "packets/s")
	b.ReportMetric(memory(b, pid), "MB")
}

func received(people []*livetest.Sender) (all int64) {
	for _, person := range people {
		all += person.Received.Load()
	}
	return all
}

// processor is the time that a process has used, in steps of 10 ms: a window is to be long against that.
func processor(b *testing.B, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skip("there is no /proc")
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+2:])
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return time.Duration(user+system) * 10 * time.Millisecond
}

func memory(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("there is no /proc")
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, _ := strconv.Atoi(strings.Fields(rest)[0])
	return float64(kilobytes) / 1024
}
