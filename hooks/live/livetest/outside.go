package livetest

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"usher/hooks/live"
)

// The environment variables of the child process.
const (
	envReports = "USHER_TEST_LIVE_REPORTS"
	envKey     = "USHER_TEST_LIVE_KEY"
	envSecret  = "USHER_TEST_LIVE_SECRET"
	envPort    = "USHER_TEST_LIVE_PORT"
)

// Main is the TestMain of a package that uses StartExternal: in the child process it runs the media server.
func Main(m *testing.M) {
	if os.Getenv(envKey) == "" {
		os.Exit(m.Run())
	}
	port, _ := strconv.Atoi(os.Getenv(envPort))
	running, err := Embedded(live.LocalConfig{UDPPort: port, NodeIP: "127.0.0.1", Loopback: true, Key: os.Getenv(envKey), Secret: os.Getenv(envSecret),
		Reports: os.Getenv(envReports), Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(running.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends, however it does
	running.Stop()
	os.Exit(0)
}

// Process is a media server in a child process.
type Process struct {
	URL, Key, Secret string
	PID              int
}

// StartExternal starts a media server in a child process that reports to that address. It stops with the test.
func StartExternal(t testing.TB, reports string) *Process {
	t.Helper()
	p := &Process{Key: "outside", Secret: rand.Text() + rand.Text()}
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), envReports+"="+reports, envKey+"="+p.Key, envSecret+"="+p.Secret, envPort+"="+strconv.Itoa(LocalConfig(t).UDPPort))
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the media server did not start: %v", err)
	}
	p.URL, p.PID = strings.TrimSpace(line), command.Process.Pid
	return p
}
