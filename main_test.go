package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"usher/hooks/hookstest"
	"usher/hooks/live/livetest"
)

// buildProgram builds the program, once.
func buildProgram(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "usher")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func TestProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("stopping by a signal")
	}
	usher := buildProgram(t)
	t.Run("serves a fresh folder, and prints the link of the first account", func(t *testing.T) { testServes(t, usher) })
	t.Run("finishes running requests on shutdown", func(t *testing.T) { testFinishesRequest(t, usher) })
	t.Run("tells who is in a session that it stops", func(t *testing.T) { testNotifiesParticipants(t, usher) })
	t.Run("names every wrong setting", func(t *testing.T) {
		out, code := runProgram(t, usher, []string{"USHER_URL=nonsense", "USHER_SIGNUP=maybe"}, "serve")
		if code != 1 || !strings.Contains(out, "USHER_URL") || !strings.Contains(out, "USHER_SIGNUP") {
			t.Errorf("%d: %s, want 1, it with %q and it with %q", code, out, "USHER_URL", "USHER_SIGNUP")
		}
	})
	t.Run("knows its commands", func(t *testing.T) {
		if out, code := runProgram(t, usher, nil, "srve"); code != 1 || !strings.Contains(out, "srve") {
			t.Errorf("%d: %s, want 1 and it with %q", code, out, "srve")
		}
	})
	t.Run("tells whether the audit log is whole", func(t *testing.T) { testAuditVerify(t, usher) })
	t.Run("tells what a command could not do", func(t *testing.T) {
		if out, code := runProgram(t, usher, nil, "user", "confirm", "nobody@example.org"); code != 1 || !strings.Contains(out, "no account") {
			t.Errorf("%d: %s, want 1 and it with %q", code, out, "no account")
		}
	})
}

// startProgram starts the program on a free address and returns it with the link that it prints.
func startProgram(t testing.TB, usher string) (command *exec.Cmd, address, link string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	listener.Close()
	command = exec.Command(usher, "serve", "--http", address)
	command.Dir = t.TempDir()
	var said strings.Builder
	command.Stderr = &said
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("it said: %s", said.String())
		}
	})
	found := regexp.MustCompile(`http://\S+/signup\?code=\S+`)
	for lines := bufio.NewScanner(out); link == "" && lines.Scan(); {
		link = found.FindString(lines.Text())
	}
	return command, address, link
}

func testServes(t *testing.T, usher string) {
	command, address, link := startProgram(t, usher)
	for _, path := range []string{"/livez", "/readyz"} {
		probe, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		probe.Body.Close()
		if probe.StatusCode != http.StatusOK {
			t.Errorf("%s: got status %d, want %v", path, probe.StatusCode, http.StatusOK)
		}
	}
	response, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("first page: got status %d, want %v", response.StatusCode, http.StatusOK)
	}
	if info, err := os.Stat(filepath.Join(command.Dir, "pb_data", "usher.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: got %v, %v, want 0o600", info, err)
	}
	if info, err := os.Stat(filepath.Join(command.Dir, "pb_data", "data.db")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("database: got %v, %v, want 0o600", info.Mode(), err)
	}
	stopProgram(t, command)
}

func stopProgram(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitForExit(t, command)
}

func waitForExit(t *testing.T, command *exec.Cmd) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("exit: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the program did not stop")
	}
}

// testFinishesRequest sends half of a form, stops the server, and sends the rest.
func testFinishesRequest(t *testing.T, usher string) {
	command, address, _ := startProgram(t, usher)
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "POST /signin HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n"+
		"Expect: 100-continue\r\n\r\n", address)
	answers := bufio.NewReader(connection)
	// The handler must have started to read the form: a request that was only accepted may be dropped.
	if response, err := http.ReadResponse(answers, nil); err != nil || response.StatusCode != http.StatusContinue {
		t.Fatalf("the handler did not start to read the form: %v, %v, want %v", response, err, http.StatusContinue)
	}
	fmt.Fprint(connection, "email=a%40b")
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitUntilClosed(t, address)
	fmt.Fprint(connection, ".example\n")
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatalf("the request was interrupted: %v", err)
	}
	if response.StatusCode != http.StatusUnprocessableEntity {
		body, _ := io.ReadAll(response.Body)
		t.Errorf("got status %d: %s, want %v", response.StatusCode, body, http.StatusUnprocessableEntity)
	}
	waitForExit(t, command)
}

// waitUntilClosed waits until a stopping server accepts no new connections.
func waitUntilClosed(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		probe, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		probe.Close()
		if time.Now().After(deadline) {
			t.Fatal("the server still accepts connections after the signal")
		}
	}
}

// testNotifiesParticipants stops the server while people are in a session and a PocketBase event stream is open.
func testNotifiesParticipants(t *testing.T, usher string) {
	process, passes := startUsher(t, usher, 4)
	var people []*livetest.Client
	for _, pass := range passes {
		people = append(people, livetest.MustConnect(t, pass))
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(passes[0].URL, "ws://"), "/")
	stream, err := http.Get("http://" + host + "/api/realtime")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	at := time.Now()
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for n, person := range people {
		if reason, left := person.WaitForLeave(10 * time.Second); !left || reason != livekit.DisconnectReason_SERVER_SHUTDOWN {
			t.Errorf("participant %d: got reason %v (%v)", n, reason, left)
		}
	}
	if _, err := process.Wait(); err != nil || time.Since(at) > 15*time.Second {
		t.Errorf("stopped after %s: %v, want at most %v", time.Since(at), err, 15*time.Second)
	}
}

// testAuditVerify verifies the audit log of a data folder, and again with a row forged around the triggers.
func testAuditVerify(t *testing.T, usher string) {
	dir := t.TempDir()
	hookstest.WriteDB(t, dir)
	app := hookstest.OpenApp(t, dir, hookstest.Config())
	marta := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, marta, "Halation Post", "free")
	hookstest.Invite(t, app, marta, team, "lucia@halation.example", "organizer")
	if out, code := runProgram(t, usher, nil, "audit", "verify", "--dir", dir); code != 0 || !strings.Contains(out, "2 entries, unbroken  (Halation Post)") {
		t.Errorf("%d: %s, want 0 and it with %q", code, out, "2 entries, unbroken  (Halation Post)")
	}
	hookstest.Exec(t, app, "DROP TRIGGER audit_no_UPDATE", nil)
	hookstest.Exec(t, app, "UPDATE audit SET actor_name = 'Somebody else' WHERE seq = 2", nil)
	out, code := runProgram(t, usher, nil, "audit", "verify", "--dir", dir)
	if code != 1 || !strings.Contains(out, `audit row 2 of team "`+team.Id+`" was changed`) {
		t.Errorf("%d: %s", code, out)
	}
}

func runProgram(t *testing.T, usher string, env []string, args ...string) (string, int) {
	t.Helper()
	command := exec.Command(usher, args...)
	command.Dir = t.TempDir()
	command.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	_ = command.Run()
	return out.String(), command.ProcessState.ExitCode()
}

// plainSource is PocketBase without Usher.
const plainSource = `package main

import "github.com/pocketbase/pocketbase"

func main() {
	if err := pocketbase.New().Start(); err != nil {
		panic(err)
	}
}
`

// BenchmarkServe starts the program in a used data folder and measures the time to the first response and the memory a
// second later, compared with plain PocketBase built the same way. USHER_BENCH_MB makes its database that large.
func BenchmarkServe(b *testing.B) {
	source := filepath.Join(b.TempDir(), "plain.go")
	if err := os.WriteFile(source, []byte(plainSource), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, p := range []struct{ name, source, path string }{{"pocketbase", source, "/api/health"}, {"usher", ".", "/signin"}} {
		binary := filepath.Join(b.TempDir(), p.name)
		if out, err := exec.Command("go", "build", "-o", binary, p.source).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		info, err := os.Stat(binary)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(p.name, func(b *testing.B) {
			dir, idle := b.TempDir(), 0.0
			if megabytes, _ := strconv.Atoi(os.Getenv("USHER_BENCH_MB")); megabytes > 0 && p.name == "usher" {
				fillFolder(b, filepath.Join(dir, "pb_data"), megabytes)
			}
			serveUntil(b, binary, dir, p.path)
			for b.Loop() {
				idle = serveUntil(b, binary, dir, p.path)
			}
			b.ReportMetric(idle, "MB-idle")
			b.ReportMetric(float64(info.Size())/(1<<20), "MB-binary")
		})
	}
}

// fillFolder makes a data folder whose database has that many megabytes.
func fillFolder(b *testing.B, dir string, megabytes int) {
	b.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	hookstest.WriteDB(b, dir)
	app := hookstest.OpenApp(b, dir, hookstest.Config())
	hookstest.FillDB(b, app, megabytes)
	hookstest.CloseApp(app)
}

// serveUntil starts the program, waits for the first response, and returns the memory it uses then.
func serveUntil(b *testing.B, binary, dir, path string) (megabytes float64) {
	b.StopTimer()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	command := exec.Command(binary, "serve", "--http", address, "--dir", filepath.Join(dir, "pb_data"))
	command.Dir = dir
	b.StartTimer()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; {
		response, err := http.Get("http://" + address + path)
		if err == nil {
			response.Body.Close()
			if response.StatusCode < 400 {
				break
			}
		}
		if time.Now().After(deadline) {
			b.Fatal("it does not answer")
		}
		time.Sleep(time.Millisecond)
	}
	b.StopTimer()
	time.Sleep(time.Second)
	status, _ := os.ReadFile("/proc/" + strconv.Itoa(command.Process.Pid) + "/status")
	if held := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status); held != nil {
		kilobytes, _ := strconv.Atoi(string(held[1]))
		megabytes = float64(kilobytes) / 1024
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	b.StartTimer()
	return megabytes
}
