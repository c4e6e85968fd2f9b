package invitations_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
)

// A process killed by kill -9 in the middle of an import runs no cleanup. The test runs itself as a child that imports,
// kills it at different rows of a batch, and then resumes the import.
func TestImport_ProcessKilled_InvitesEveryRowOnce(t *testing.T) {
	const rows = 400
	for _, at := range []int{1, 50, 75, 149, 230} {
		dir := t.TempDir()
		hookstest.WriteDB(t, dir)
		child := exec.Command(os.Args[0], "-test.run=^TestChildThatImports$", "-test.count=1")
		child.Env = append(os.Environ(), "USHER_TEST_DIR="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		seen := 0
		for lines := bufio.NewScanner(out); seen < at && lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "row") {
				seen++
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("the child exited after %d rows: %v, want an error and it with %q", seen, err, "killed")
		}

		app := hookstest.OpenApp(t, dir, hookstest.Config())
		var id, team string
		if err := app.DB().NewQuery("SELECT id, team FROM imports").Row(&id, &team); err != nil {
			t.Fatal(err)
		}
		i := assertConsistent(t, app, team, id)
		if i.Done() >= rows || i.Done()%50 != 0 {
			t.Errorf("killed at row %d: got %d rows done", at, i.Done())
		}
		importer := invitations.NewImporter(app)
		for worked := true; worked; {
			if worked, err = importer.Step(); err != nil {
				t.Fatal(err)
			}
		}
		if i = assertConsistent(t, app, team, id); importSummary(i) != "done 400/400 400 0 0 0" {
			t.Errorf("killed at row %d: got %s, want %q", at, importSummary(i), "done 400/400 400 0 0 0")
		}
		t.Logf("killed at row %d", at)
	}
}

// assertConsistent checks that an import has as many invitations, emails and audit entries as it counts.
func assertConsistent(t *testing.T, app core.App, team, id string) *invitations.Import {
	t.Helper()
	i, err := invitations.FindImport(app, team, id)
	if err != nil {
		t.Fatal(err)
	}
	var noted int
	if err := app.DB().NewQuery("SELECT count(*) FROM import_rows WHERE status = 'invited'").Row(&noted); err != nil {
		t.Fatal(err)
	}
	audited := hookstest.Count(t, app, "audit", dbx.HashExp{"action": "invitation.create"})
	made, messages := hookstest.Count(t, app, "invitations"), hookstest.Count(t, app, "outbox")
	if n := i.Count(invitations.Invited); n != i.Done() || n != noted || n != audited || n != made || n != messages {
		t.Errorf("got %d done, %d counted, %d stored, %d audited, %d invitations, %d emails", i.Done(), n, noted, audited, made, messages)
	}
	return i
}

func TestChildThatImports(t *testing.T) {
	dir := os.Getenv("USHER_TEST_DIR")
	if dir == "" {
		t.Skip("runs as the child of TestAKillInTheMiddleOfAnImportLosesAndDoublesNothing")
	}
	app := hookstest.OpenApp(t, dir, hookstest.Config())
	owner := hookstest.Account(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "pro")
	app.OnRecordCreateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
		err := e.Next()
		os.Stdout.WriteString("row\n")
		return err
	})
	_, err := invitations.StartImport(app, hookstest.Actor(t, app, owner, team), invitations.Request{Lines: invitations.ParseLines(manyAddresses(400))}, "")
	if err != nil {
		t.Fatal(err)
	}
	invitations.NewImporter(app).Start()
	select {}
}
