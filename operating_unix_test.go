//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/backup"
	"usher/hooks/database"
	"usher/hooks/hookstest"
	"usher/hooks/live/livetest"
)

func TestProgram_Operation(t *testing.T) {
	usher := buildProgram(t)
	t.Run("says that it stops before it takes no more connections", func(t *testing.T) { testDrain(t, usher) })
	t.Run("refuses a second server on a data folder", func(t *testing.T) { testLock(t, usher) })
	t.Run("restores a backup from the dashboard", func(t *testing.T) { testRestore(t, usher) })
	t.Run("backs up, verifies and restores", func(t *testing.T) { testBackup(t, usher) })
	t.Run("finishes an upload, and tells who is in a session, when it stops", func(t *testing.T) { testFinishesUpload(t, usher) })
	t.Run("recovers from kill -9 while it records a session", func(t *testing.T) { testKilled(t, usher) })
	t.Run("says why a data folder can't be used", func(t *testing.T) { testUnusableFolders(t, usher) })
}

// waitFor polls until the condition is true.
func waitFor(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !yes(); {
		if time.Now().After(deadline) {
			t.Fatalf("timed out after 30 seconds: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// pageStatus returns the status of a page over a new connection; 0 if there is no response.
func pageStatus(address, path string) int {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get("http://" + address + path)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func testDrain(t *testing.T, usher string) {
	command, address, _ := startProgram(t, usher)
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	waitFor(t, "/readyz says 503", func() bool { return pageStatus(address, "/readyz") == http.StatusServiceUnavailable })
	if got := pageStatus(address, "/signin"); got != http.StatusOK {
		t.Errorf("page while draining: got status %d, want %v", got, http.StatusOK)
	}
	if got := pageStatus(address, "/livez"); got != http.StatusOK {
		t.Errorf("/livez while draining: got status %d, want %v", got, http.StatusOK)
	}
	waitUntilClosed(t, address)
	if drained := time.Since(at); drained < 1900*time.Millisecond {
		t.Errorf("accepted connections for %s, want at least %v", drained, 1900*time.Millisecond)
	}
	waitForExit(t, command)

	command, address, _ = startProgram(t, usher)
	_ = command.Process.Signal(syscall.SIGTERM)
	waitFor(t, "/readyz says 503", func() bool { return pageStatus(address, "/readyz") == http.StatusServiceUnavailable })
	_ = command.Process.Signal(syscall.SIGTERM)
	at = time.Now()
	_ = command.Wait()
	if waited := time.Since(at); command.ProcessState.ExitCode() != 1 || waited > time.Second {
		t.Errorf("a second signal: exit code %d after %s, want 1 and at most %v", command.ProcessState.ExitCode(), waited, time.Second)
	}
}

func testLock(t *testing.T, usher string) {
	command, _, _ := startProgram(t, usher)
	dir := filepath.Join(command.Dir, "pb_data")
	for _, args := range [][]string{{"serve", "--http", "127.0.0.1:0"}, {"demo"}} {
		out, code := runProgram(t, usher, nil, append(args, "--dir", dir)...)
		if code != 1 || !strings.Contains(out, fmt.Sprintf("(process %d) is using the data folder %s", command.Process.Pid, dir)) {
			t.Errorf("%v: %d %s", args, code, out)
		}
	}
	for _, args := range [][]string{{"audit", "verify"}, {"superuser", "upsert", "operator@usher.test", "correct horse battery"}} {
		if out, code := runProgram(t, usher, nil, append(args, "--dir", dir)...); code != 0 {
			t.Errorf("%v beside a server: %d %s, want 0", args, code, out)
		}
	}
	temporary := filepath.Join(dir, core.LocalTempDirName)
	if err := os.MkdirAll(filepath.Join(temporary, "pb_backup_x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, code := runProgram(t, usher, nil, "audit", "verify", "--dir", dir); code != 1 || !strings.Contains(out, "making or restoring a backup") {
		t.Errorf("during a backup: %d %s, want 1 and it with %q", code, out, "making or restoring a backup")
	}
	if _, err := os.Stat(filepath.Join(temporary, "pb_backup_x")); err != nil {
		t.Errorf("the backup under way: %v", err)
	}
	if out, code := runProgram(t, usher, nil, "superuser", "upsert", "operator@usher.test", "correct horse battery"); code != 0 {
		t.Errorf("in a folder without a database: %d %s, want 0", code, out)
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	again := exec.Command(usher, "serve", "--http", "127.0.0.1:0", "--dir", dir)
	again.Dir = t.TempDir()
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = again.Process.Kill(); _ = again.Wait() })
	waitFor(t, "after kill -9 the next server has the lock", func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "usher.lock"))
		return strings.TrimSpace(string(text)) == fmt.Sprint(again.Process.Pid)
	})
}

func testRestore(t *testing.T, usher string) {
	command, address, _ := startProgram(t, usher)
	dir := filepath.Join(command.Dir, "pb_data")
	if out, code := runProgram(t, usher, nil, "superuser", "upsert", "operator@usher.test", "correct horse battery", "--dir", dir); code != 0 {
		t.Fatal(out)
	}
	operator := &superuser{T: t, address: address}
	operator.signIn()
	operator.call(http.StatusNoContent, "POST", "/api/backups", map[string]any{"name": "one.zip"})
	if out, code := runProgram(t, usher, nil, "superuser", "upsert", "second@usher.test", "correct horse battery", "--dir", dir); code != 0 {
		t.Fatal(out)
	}
	if n := operator.countSuperusers(); n != 2 {
		t.Fatalf("%d superusers, want 2", n)
	}
	operator.call(http.StatusNoContent, "POST", "/api/backups/one.zip/restore", nil)
	waitFor(t, "the server is back with what was in the backup", func() bool {
		return pageStatus(address, "/readyz") == http.StatusOK && operator.signIn() && operator.countSuperusers() == 1
	})
	out, code := runProgram(t, usher, nil, "serve", "--http", "127.0.0.1:0", "--dir", dir)
	if code != 1 || !strings.Contains(out, fmt.Sprintf("(process %d)", command.Process.Pid)) {
		t.Errorf("a second server after the restore: %d %s", code, out)
	}
	stopProgram(t, command)
	if said := fmt.Sprint(command.Stderr); strings.Contains(said, "panic") {
		t.Errorf("panic: %s, want no %q", said, "panic")
	}
}

// testBackup backs up a folder whose server runs, and restores it.
func testBackup(t *testing.T, usher string) {
	command, address, _ := startProgram(t, usher)
	dir, place := filepath.Join(command.Dir, "pb_data"), t.TempDir()
	run := func(want int, text string, args ...string) string {
		t.Helper()
		out, code := runProgram(t, usher, nil, args...)
		if code != want || !strings.Contains(out, text) {
			t.Errorf("%v: %d %s, want %d and it with %q", args, code, out, want, text)
		}
		return out
	}
	run(0, "", "superuser", "upsert", "operator@usher.test", "correct horse battery", "--dir", dir)
	run(1, "USHER_BACKUP_TO", "backup", "--dir", dir)
	run(0, "Backed up to "+place+"/usher-", "backup", place, "--dir", dir)
	found, err := filepath.Glob(place + "/usher-*")
	if err != nil || len(found) != 1 {
		t.Fatalf("got %v, %v, want one backup", found, err)
	}
	run(0, "Everything is whole", "verify", found[0])
	run(0, "Everything is whole", "verify", "--dir", dir)
	run(1, "isn't a backup of Usher", "restore", place, "--dir", t.TempDir())
	run(1, fmt.Sprintf("(process %d) is using the data folder", command.Process.Pid), "restore", found[0], "--dir", dir, "--replace")
	if got := pageStatus(address, "/readyz"); got != http.StatusOK {
		t.Errorf("/readyz after a refused restore: got status %d, want %d", got, http.StatusOK)
	}
	stopProgram(t, command)
	run(1, "isn't empty", "restore", found[0], "--dir", dir)
	run(0, "What was there before is in "+dir+"/replaced-", "restore", found[0], "--dir", dir, "--replace")
	next := filepath.Join(t.TempDir(), "new", "data")
	run(0, "Restored "+filepath.Base(found[0]), "restore", found[0], "--dir", next)
	for _, restored := range []string{dir, next} {
		process, url := startServer(t, usher, restored)
		operator := &superuser{T: t, address: strings.TrimPrefix(url, "http://")}
		if !operator.signIn() {
			t.Errorf("%s: the account of the backup can't sign in", restored)
		}
		_ = process.Kill()
		_, _ = process.Wait()
	}
}

// testFinishesUpload sends half of a picture, stops the server while someone is in a session, and sends the rest.
func testFinishesUpload(t *testing.T, usher string) {
	c := prepareCrash(t)
	process, url := startServer(t, usher, c.dir)
	address := strings.TrimPrefix(url, "http://")
	person := livetest.MustConnect(t, joinSession(t, url, c.code, c.host))
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"picture": picture.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "PUT /api/account/picture HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"+
		"Expect: 100-continue\r\n\r\n", address, c.guest, len(body))
	answers := bufio.NewReader(connection)
	if response, err := http.ReadResponse(answers, nil); err != nil || response.StatusCode != http.StatusContinue {
		t.Fatalf("the handler didn't start to read the picture: %v, %v, want %v", response, err, http.StatusContinue)
	}
	_, _ = connection.Write(body[:len(body)/2])
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitUntilClosed(t, address)
	_, _ = connection.Write(body[len(body)/2:])
	response, err := http.ReadResponse(answers, nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the upload: %v, %v, want status 200", response, err)
	}
	if reason, left := person.WaitForLeave(20 * time.Second); !left || reason != livekit.DisconnectReason_SERVER_SHUTDOWN {
		t.Errorf("the participant: reason %v (%v), want %v", reason, left, livekit.DisconnectReason_SERVER_SHUTDOWN)
	}
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Errorf("exit: %v, %v, want 0", state, err)
	}
	if report, err := backup.VerifyFolder(c.dir); err != nil || len(report.Problems) > 0 {
		t.Errorf("the data folder: %v, %v, want it whole", report, err)
	}
}

// superuser is a server administrator signed in to PocketBase's API.
type superuser struct {
	*testing.T
	address, token string
}

func (s *superuser) send(method, path string, body any) (int, map[string]any) {
	s.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, method, "http://"+s.address+path, bytes.NewReader(data))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", s.token)
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	answer := map[string]any{}
	_ = json.NewDecoder(response.Body).Decode(&answer)
	return response.StatusCode, answer
}

func (s *superuser) call(want int, method, path string, body any) {
	s.Helper()
	if got, answer := s.send(method, path, body); got != want {
		s.Fatalf("%s %s: %d %v, want %v", method, path, got, answer, want)
	}
}

func (s *superuser) signIn() bool {
	s.token = ""
	_, answer := s.send("POST", "/api/collections/_superusers/auth-with-password",
		map[string]any{"identity": "operator@usher.test", "password": "correct horse battery"})
	s.token, _ = answer["token"].(string)
	return s.token != ""
}

func (s *superuser) countSuperusers() int {
	_, answer := s.send("GET", "/api/collections/_superusers/records", nil)
	n, _ := answer["totalItems"].(float64)
	return int(n)
}

// testUnusableFolders starts servers on data folders that can't be used.
func testUnusableFolders(t *testing.T, usher string) {
	file := func(path string, content string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, s := range map[string]struct {
		prepare      func(t *testing.T, dir string) (use string)
		want         []string
		unprivileged bool
	}{
		"a file": {func(_ *testing.T, dir string) string { file(dir+"/x", "", 0o600); return dir + "/x" },
			[]string{"/x: it is a file, not a folder", "--dir"}, false},
		"below a file": {func(_ *testing.T, dir string) string { file(dir+"/x", "", 0o600); return dir + "/x/data" },
			[]string{"part of the path is a file"}, false},
		"no database": {func(_ *testing.T, dir string) string {
			file(dir+"/data.db", strings.Repeat("not a database. ", 100), 0o600)
			return dir
		}, []string{"/data.db: the database is damaged, or it isn't an SQLite database", "restore a backup"}, false},
		"a broken database": {func(t *testing.T, dir string) string {
			hookstest.WriteDB(t, dir)
			data, _ := os.ReadFile(dir + "/data.db")
			for i := 100; i < len(data); i++ {
				data[i] = 0xAB
			}
			file(dir+"/data.db", string(data), 0o600)
			return dir
		}, []string{"/data.db: the database is damaged"}, false},
		"locked by another program": {func(t *testing.T, dir string) string {
			hookstest.WriteDB(t, dir)
			db, err := database.DBConnect(dir + "/data.db")
			if err != nil {
				t.Fatal(err)
			}
			tx, err := db.Begin() // takes the lock of writers
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = tx.Rollback(); _ = db.Close() })
			return dir
		}, []string{"/data.db: another program is using the database", "Try again"}, false},
		"broken logs": {func(t *testing.T, dir string) string {
			hookstest.WriteDB(t, dir)
			file(dir+"/auxiliary.db", strings.Repeat("not a database. ", 100), 0o600)
			return dir
		}, []string{"/auxiliary.db: the database is damaged", "only the server's logs"}, false},
		"a newer version": {func(t *testing.T, dir string) string {
			hookstest.WriteDB(t, dir)
			app := hookstest.OpenApp(t, dir, hookstest.Config())
			_, err := app.DB().Insert(core.DefaultMigrationsTable, dbx.Params{"file": "9764000000_later.go", "applied": 1}).Execute()
			if err != nil {
				t.Fatal(err)
			}
			hookstest.Exec(t, app, "INSERT INTO _params (id, value) VALUES ('usherVersion', 'v9.7.0')", nil)
			hookstest.CloseApp(app)
			return dir
		}, []string{"a newer version of Usher, v9.7.0, has changed the database (9764000000_later.go)", "Install that version"}, false},
		"a short key": {func(t *testing.T, dir string) string {
			hookstest.WriteDB(t, dir)
			file(dir+"/usher.key", "short", 0o600)
			return dir
		}, []string{"/usher.key", "32 bytes"}, false},
		"another account's": {func(_ *testing.T, dir string) string { return dir },
			[]string{": permission denied", "belongs to root (uid 0) and has mode 0755", "Usher runs as ", "(uid 65534)", "chown -R "}, true},
		"one file of another account's": {func(t *testing.T, dir string) string {
			hookstest.WriteDB(t, dir)
			if err := os.Chown(dir, 65534, 65534); err != nil {
				t.Fatal(err)
			}
			return dir
		}, []string{".db: permission denied", "belongs to root (uid 0) and has mode 0600"}, true},
		"a key that can't be read": {func(t *testing.T, dir string) string {
			file(dir+"/usher.key", strings.Repeat("k", 32), 0o600)
			if err := os.Chown(dir, 65534, 65534); err != nil {
				t.Fatal(err)
			}
			return dir
		}, []string{"/usher.key: permission denied"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if s.unprivileged && os.Getuid() != 0 {
				t.Skip("running as another account takes root")
			}
			dir, err := os.MkdirTemp("/tmp", "usher-folder-")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			command := exec.Command(usher, "serve", "--http", "127.0.0.1:0", "--dir", s.prepare(t, dir))
			command.Dir = "/"
			if s.unprivileged {
				command.Path = sharedCopy(t, usher)
				command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			}
			out := expectStartupError(t, command)
			for _, want := range s.want {
				if !strings.Contains(out, want) {
					t.Errorf("missing %q in:\n%s, want it to contain %q", want, out, want)
				}
			}
		})
	}
}

// sharedCopy is a copy of the program that any account can run.
func sharedCopy(t *testing.T, usher string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "usher-program-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "usher")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(usher, path); err != nil {
		t.Skipf("the program can't be linked there: %v", err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// expectStartupError runs a program that must exit with code 1 and one message.
func expectStartupError(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(30*time.Second, func() { _ = command.Process.Kill() })
	defer timer.Stop()
	_ = command.Wait()
	text := out.String()
	if command.ProcessState.ExitCode() != 1 || strings.Count(text, "usher: ") != 1 || strings.Contains(text, "goroutine") || strings.Contains(text, "panic") {
		t.Errorf("exit code %d:\n%s", command.ProcessState.ExitCode(), text)
	}
	return text
}
