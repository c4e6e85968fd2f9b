package main_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/live"
	"usher/hooks/live/livetest"
	"usher/hooks/runs"
	"usher/hooks/sessions"
)

func TestMain(m *testing.M) { livetest.Main(m) }

const (
	measureDuration = 30 * time.Second // per measurement
	settleDuration  = 3 * time.Second  // after everyone has joined
)

// BenchmarkMedia lets 2, 4 and 8 people send 500 kbit/s of video each and receive everyone else's, on this machine:
// through Usher with embedded LiveKit and, at the same time, through LiveKit's own server of the same version. CPU is
// the server process's time in percent of one core. Memory is split into the process's own and the mapped parts of its
// executable, which the system can reclaim. The senders run in the benchmark's process. Each iteration starts a new
// pair of processes: -benchtime 20x means 20 pairs.
func BenchmarkMedia(b *testing.B) {
	usher, livekit := buildProgram(b), buildLiveKit(b)
	for _, people := range []int{2, 4, 8} {
		b.Run(strconv.Itoa(people), func(b *testing.B) {
			var ours, theirs usage
			for n := 0; b.Loop(); n++ {
				a, l := measurePair(b, usher, livekit, people, n%2 == 0)
				ours.add(a)
				theirs.add(l)
				b.Logf("%.2f %.2f", a.percent(), l.percent())
			}
			b.ReportMetric(ours.percent(), "usher-%-of-a-core")
			b.ReportMetric(theirs.percent(), "livekit-%-of-a-core")
			b.ReportMetric(100*(ours.percent()/theirs.percent()-1), "%-more")
			for name, u := range map[string]usage{"usher": ours, "livekit": theirs} {
				b.ReportMetric(u.ownMB/u.samples, name+"-own-MB")
				b.ReportMetric(u.fileMB/u.samples, name+"-file-MB")
			}
		})
	}
}

// buildLiveKit builds LiveKit's own server from the modules of this program, plus a few more for its command line.
func buildLiveKit(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o600)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	path, mod := filepath.Join(dir, "livekit-server"), filepath.Join(dir, "go.mod")
	if out, err := exec.Command("go", "build", "-modfile", mod, "-mod", "mod", "-o", path, "github.com/livekit/livekit-server/cmd/server").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return path
}

// usage is what a process used, summed over windows.
type usage struct {
	cpu, elapsed           time.Duration
	ownMB, fileMB, samples float64 // in megabytes
}

func (u *usage) add(other usage) {
	u.cpu += other.cpu
	u.elapsed += other.elapsed
	u.ownMB += other.ownMB
	u.fileMB += other.fileMB
	u.samples++
}

func (u *usage) percent() float64 { return 100 * u.cpu.Seconds() / u.elapsed.Seconds() }

// cleanupScope runs the cleanups registered in it when it ends, not at the end of the benchmark.
type cleanupScope struct {
	testing.TB
	cleanups []func()
}

func (r *cleanupScope) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *cleanupScope) end() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

// measurePair measures the two servers side by side.
func measurePair(b *testing.B, usher, livekit string, people int, usherFirst bool) (ours, theirs usage) {
	r := &cleanupScope{TB: b}
	defer r.end()
	own, passes := startUsher(r, usher, people)
	other, others := startLiveKit(r, livekit, people)
	sides := [][]live.Credentials{passes, others}
	if !usherFirst {
		slices.Reverse(sides)
	}
	var all []*livetest.MediaClient
	for n, side := range sides {
		all = append(all, connectAll(r, side, n)...)
	}
	time.Sleep(settleDuration)
	ours.cpu, theirs.cpu = -cpuTime(b, own.Pid), -cpuTime(b, other.Pid)
	packets, begun := packetsReceived(all), time.Now()
	time.Sleep(measureDuration)
	ours.cpu += cpuTime(b, own.Pid)
	theirs.cpu += cpuTime(b, other.Pid)
	passed := time.Since(begun)
	ours.elapsed, theirs.elapsed = passed, passed
	ours.ownMB, ours.fileMB = memoryUsage(b, own.Pid)
	theirs.ownMB, theirs.fileMB = memoryUsage(b, other.Pid)
	if got, least := packetsReceived(all)-packets, int64(2*people*(people-1)*40*int(measureDuration/time.Second)); got < least {
		b.Fatalf("%d packets came, fewer than %d, want at least %v", got, least, least)
	}
	return ours, theirs
}

// startLiveKit starts LiveKit's own server with its defaults and a room for n people.
func startLiveKit(b testing.TB, livekit string, people int) (process *os.Process, passes []live.Credentials) {
	b.Helper()
	config := hookstest.Config()
	port := livetest.LocalConfig(b).UDPPort
	config.LiveURL, config.LiveKey, config.LiveSecret = fmt.Sprintf("http://127.0.0.1:%d", port), "alone", rand.Text()+rand.Text()
	command := exec.Command(livekit, "--config-body", fmt.Sprintf("port: %d\nbind_addresses: [127.0.0.1]\nkeys: {%s: %s}\n"+
		"room: {auto_create: false}\nlogging: {level: error}\n"+
		"rtc: {udp_port: %d, tcp_port: 0, use_external_ip: false, node_ip: 127.0.0.1, enable_loopback_candidate: true, ips: {includes: [127.0.0.1/32]}}\n",
		port, config.LiveKey, config.LiveSecret, livetest.LocalConfig(b).UDPPort))
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	app := hookstest.NewAppWith(b, config)
	for wait := 0; ; wait++ {
		err := live.OpenRoom(app, "bench")
		if err == nil {
			break
		}
		if wait == 200 {
			b.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	for n := range people {
		pass, err := live.IssueToken(app, live.Grant{Room: "bench", Identity: strconv.Itoa(n), Publish: true})
		if err != nil {
			b.Fatal(err)
		}
		passes = append(passes, pass)
	}
	return command.Process, passes
}

// connectAll connects everyone and returns when all of them receive video. Frames are spread evenly over an interval,
// alternating between the two servers, since the number of wake-ups depends on it.
func connectAll(b testing.TB, passes []live.Credentials, side int) (people []*livetest.MediaClient) {
	b.Helper()
	for _, pass := range passes {
		people = append(people, livetest.ConnectMedia(b, pass))
	}
	for n, person := range people {
		person.Phase = float64(2*n+side) / float64(2*len(people))
		person.PublishVideo(b, 1280, 720, 30, 500_000)
	}
	for _, person := range people {
		for wait := 0; person.Received.Load() == 0 && wait < 200; wait++ {
			time.Sleep(20 * time.Millisecond)
		}
	}
	return people
}

// startUsher starts the program with a session that n people have joined.
func startUsher(b testing.TB, usher string, people int) (process *os.Process, passes []live.Credentials) {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "pb_data")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	hookstest.WriteDB(b, dir)
	app := hookstest.OpenApp(b, dir, hookstest.Config())
	team := hookstest.Team(b, app, hookstest.Account(b, app, "owner@x.example"), "Halation", "unlimited")
	host := hookstest.Member(b, app, team, "p0@x.example", "organizer")
	accounts, guests := []*core.Record{host}, []string{}
	for n := 1; n < people; n++ {
		accounts = append(accounts, hookstest.Member(b, app, team, fmt.Sprintf("p%d@x.example", n)))
		guests = append(guests, accounts[n].Email())
	}
	session := hookstest.ScheduleSession(b, app, host, team, sessions.Form{Starts: time.Now().Add(time.Minute), Guests: guests})
	if _, err := runs.Start(app, hookstest.Actor(b, app, host, team), session.Id); err != nil {
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
	process, address := startServer(b, usher, dir)
	for _, token := range tokens {
		passes = append(passes, joinSession(b, address, session.Code(), token))
	}
	return process, passes
}

// startServer starts the program on the folder and returns when it can run sessions.
func startServer(b testing.TB, usher, dir string) (process *os.Process, address string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address = "http://" + listener.Addr().String()
	listener.Close()
	command := exec.Command(usher, "serve", "--http", strings.TrimPrefix(address, "http://"), "--dir", dir)
	command.Env = append(os.Environ(), "USHER_LIVE_UDP_PORT="+strconv.Itoa(livetest.LocalConfig(b).UDPPort))
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

func joinSession(b testing.TB, address, code, token string) live.Credentials {
	b.Helper()
	request, _ := http.NewRequest(http.MethodPost, address+"/api/s/"+code+"/join", strings.NewReader("{}"))
	request.Header.Set("Authorization", token)
	request.Header.Set("Content-Type", "application/json")
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer reply.Body.Close()
	var pass live.Credentials
	if err := json.NewDecoder(reply.Body).Decode(&pass); err != nil || pass.Token == "" {
		b.Fatalf("join: got %d, %v", reply.StatusCode, err)
	}
	return pass
}

func packetsReceived(people []*livetest.MediaClient) (all int64) {
	for _, person := range people {
		all += person.Received.Load()
	}
	return all
}

// cpuTime returns the CPU time of a process, in steps of 10 ms; windows must be long in comparison.
func cpuTime(b *testing.B, pid int) time.Duration {
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

// memoryUsage returns the memory of a process in megabytes: its own, and the mapped parts of its executable.
func memoryUsage(b *testing.B, pid int) (own, file float64) {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("there is no /proc")
	}
	megabytes := func(name string) float64 {
		_, rest, _ := strings.Cut(string(status), name)
		kilobytes, _ := strconv.Atoi(strings.Fields(rest)[0])
		return float64(kilobytes) / 1024
	}
	return megabytes("RssAnon:"), megabytes("RssFile:")
}
