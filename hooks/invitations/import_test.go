package invitations_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

func (f *fixture) startImport(roles string, addresses ...string) *invitations.Import {
	f.Helper()
	i, err := f.startImportAs(f.owner, roles, addresses...)
	f.must(err)
	return i
}

func (f *fixture) startImportAs(who *core.Record, roles string, addresses ...string) (*invitations.Import, error) {
	f.Helper()
	offer := invitations.Request{Lines: invitations.ParseLines(addresses)}
	offer.Roles.Organizer, offer.Roles.Admin = roles == "organizer", roles == "admin"
	return invitations.StartImport(f.app, f.actor(who), offer, "people.csv")
}

// runImport processes everything that waits, and reads the import again.
func (f *fixture) runImport(i *invitations.Import) *invitations.Import {
	f.Helper()
	importer := invitations.NewImporter(f.app)
	for worked := true; worked; {
		var err error
		worked, err = importer.Step()
		f.must(err)
	}
	return f.reload(i)
}

func (f *fixture) reload(i *invitations.Import) *invitations.Import {
	f.Helper()
	i, err := invitations.FindImport(f.app, f.team.Id, i.Id)
	f.must(err)
	return i
}

// importSummary returns the status of an import and the number of invited, updated, unchanged and refused rows.
func importSummary(i *invitations.Import) string {
	return fmt.Sprint(i.Status(), " ", i.Done(), "/", i.Total(), " ", i.Count(invitations.Invited), " ", i.Count(invitations.Updated), " ",
		i.Count(invitations.Unchanged), " ", i.Count(invitations.Refused))
}

func (f *fixture) assertImport(i *invitations.Import, want string) {
	f.Helper()
	if got := importSummary(i); got != want {
		f.Errorf("it came to %s (%s), want %s", got, i.GetString("reason"), want)
	}
}

// rowCodes returns the results of the rows, in order.
func (f *fixture) rowCodes(i *invitations.Import) string {
	f.Helper()
	text := ""
	f.must(invitations.EachRow(f.app, i, func(row invitations.ImportRow) error {
		text += row.Status + " " + row.Code + ", "
		return nil
	}))
	return text
}

func manyAddresses(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("person%d@x.example", i)
	}
	return all
}

func TestImport_Repeated_InvitesEveryRowOnce(t *testing.T) {
	f := newFixture(t)
	list := manyAddresses(230)
	i := f.startImport("", list...)
	f.assertImport(i, "waiting 0/230 0 0 0 0")
	f.assertImport(f.runImport(i), "done 230/230 230 0 0 0")
	for _, collection := range []string{"invitations", "outbox"} {
		if n := hookstest.Count(t, f.app, collection); n != 230 {
			t.Errorf("got %d %s, want 230", n, collection)
		}
	}
	if n := hookstest.Count(t, f.app, "audit", dbx.HashExp{"action": "invitation.create", "result": "ok"}); n != 230 {
		t.Errorf("got %d audit entries, want 230", n)
	}
	f.assertImport(f.runImport(f.startImport("", list...)), "done 230/230 0 0 230 0")
	if n := hookstest.Count(t, f.app, "outbox"); n != 230 {
		t.Errorf("got %d emails after the second import, want 230", n)
	}
}

func TestImport_RecordsResultOfEveryRow(t *testing.T) {
	f := newFixture(t)
	hookstest.Member(t, f.app, f.team, "in@x.example", "organizer")
	f.invite("asked@x.example", "organizer")
	f.invite("plain@x.example")
	i := f.runImport(f.startImport("organizer", "new@x.example", "no address", "in@x.example", "asked@x.example", "plain@x.example", "new@x.example"))
	want := "invited , refused bad_email, unchanged already_member, unchanged already_invited, updated , unchanged duplicate, "
	if got := f.rowCodes(i); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	f.assertImport(i, "done 6/6 1 1 3 1")
}

func TestImport_NeverExceedsSeats(t *testing.T) {
	f := newFixture(t)
	f.must(f.app.Save(f.team))
	free := f.seats().Organizer.Free()
	i := f.runImport(f.startImport("organizer", manyAddresses(80)...))
	f.assertImport(i, fmt.Sprintf("done 80/80 %d 0 0 %d", free, 80-free))
	if now := f.seats().Organizer; now.Used+now.Reserved != now.Limit || free == 0 {
		t.Errorf("%+v, want %v and some", now, now.Limit)
	}
	refused, err := invitations.RefusedRows(f.app, i, 5)
	f.must(err)
	if len(refused) != 5 || refused[0].Code != seats.CodeFull || refused[0].N != free+1 {
		t.Errorf("%+v, want 5, %v and %v", refused, seats.CodeFull, free+1)
	}
}

func TestImport_StarterLosesRights_StopsRemainingRows(t *testing.T) {
	for name, lose := range map[string]func(f *fixture, admin *core.Record) error{
		"the role": func(f *fixture, admin *core.Record) error {
			m, err := members.Find(f.app, f.team.Id, admin.Id)
			f.must(err)
			_, err = members.RevokeRoles(f.app, f.actor(f.owner), admin.Id, m.Roles(), members.Handover{})
			return err
		},
		"the team": func(f *fixture, admin *core.Record) error {
			_, err := members.Remove(f.app, f.actor(f.owner), admin.Id, members.Handover{})
			return err
		},
		"the account": func(f *fixture, admin *core.Record) error { return f.app.Delete(admin) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			admin := hookstest.Member(t, f.app, f.team, "admin@x.example", "admin")
			i, err := f.startImportAs(admin, "", manyAddresses(120)...)
			f.must(err)
			importer := invitations.NewImporter(f.app)
			_, err = importer.Step()
			f.must(err)
			f.must(lose(f, admin))
			hookstest.Exec(t, f.app, "UPDATE users SET name = 'Later', email = 'later@x.example' WHERE id = {:id} AND id NOT IN (SELECT user FROM memberships)", dbx.Params{"id": admin.Id})
			i = f.runImport(i)
			if by := hookstest.QueryRows(t, f.app, "SELECT actor_name FROM audit WHERE action = 'import.stopped'"); len(by) != 1 || by[0] != admin.GetString("name") {
				t.Errorf("the audit log says that it was started by %q, want %q", by, admin.GetString("name"))
			}
			f.assertImport(i, "stopped 50/120 50 0 0 0")
			if i.GetString("reason") == "" || i.Finished().IsZero() {
				t.Errorf("%v", i.PublicExport())
			}
		})
	}
}

func TestImport_WhoCanStartAndStop(t *testing.T) {
	f := newFixture(t)
	organizer := hookstest.Member(t, f.app, f.team, "organizer@x.example", "organizer")
	admin := hookstest.Member(t, f.app, f.team, "admin@x.example", "admin")
	_, err := f.startImportAs(organizer, "", "a@x.example")
	hookstest.AssertCode(t, "an Organizer starts", err, errs.CodeNotAllowed)
	_, err = f.startImportAs(admin, "admin", "a@x.example")
	hookstest.AssertCode(t, "an Admin offers Admin", err, errs.CodeNotAllowed)
	_, err = f.startImportAs(admin, "")
	hookstest.AssertCode(t, "an empty list", err, "required")
	_, err = f.startImportAs(admin, "", manyAddresses(invitations.MaxImport+1)...)
	hookstest.AssertCode(t, "10,001 rows", err, errs.CodeTooMany)
	if n := hookstest.Count(t, f.app, "imports"); n != 0 {
		t.Fatalf("got %d imports, want 0", n)
	}

	i, err := f.startImportAs(admin, "", manyAddresses(60)...)
	f.must(err)
	_, err = invitations.StopImport(f.app, f.actor(organizer), i.Id)
	hookstest.AssertCode(t, "an Organizer stops", err, errs.CodeNotAllowed)
	other := hookstest.Team(t, f.app, hookstest.Account(t, f.app, "other@x.example"), "Other", "pro")
	owner, err := members.FindOwner(f.app, other.Id)
	f.must(err)
	stranger := hookstest.Actor(t, f.app, hookstest.FindRecord(t, f.app, "users", owner.UserID()), other)
	if _, err = invitations.StopImport(f.app, stranger, i.Id); err != errs.ErrNotFound {
		t.Errorf("stopped by another team: %v, want %v", err, errs.ErrNotFound)
	}
	importer := invitations.NewImporter(f.app)
	_, err = importer.Step()
	f.must(err)
	_, err = invitations.StopImport(f.app, f.actor(f.owner), i.Id)
	f.must(err)
	f.assertImport(f.runImport(i), "stopped 50/60 50 0 0 0")
	_, err = invitations.StopImport(f.app, f.actor(f.owner), i.Id)
	hookstest.AssertCode(t, "stopped twice", err, invitations.CodeImportEnded)
}

// An error of the database doesn't mean that the person who started the import has no rights any more.
func TestImport_AccountCannotBeRead_Continues(t *testing.T) {
	f := newFixture(t)
	i := f.startImport("", "a@x.example")
	hookstest.Exec(t, f.app, "ALTER TABLE users RENAME TO users_away", nil)
	if _, err := invitations.NewImporter(f.app).Step(); err == nil {
		t.Error("got no error, want that of the database")
	}
	hookstest.Exec(t, f.app, "ALTER TABLE users_away RENAME TO users", nil)
	f.assertImport(f.runImport(i), "done 1/1 1 0 0 0")
}

func TestImport_TeamDeleted_IsDeleted(t *testing.T) {
	f := newFixture(t)
	i := f.startImport("", manyAddresses(120)...)
	importer := invitations.NewImporter(f.app)
	_, err := importer.Step()
	f.must(err)
	f.must(f.app.Delete(f.team.Record))
	worked, err := importer.Step()
	if worked || err != nil {
		t.Errorf("got worked %v, %v", worked, err)
	}
	var left int
	f.must(f.app.DB().NewQuery("SELECT count(*) FROM import_rows").Row(&left))
	if _, err := invitations.FindImport(f.app, f.team.Id, i.Id); err != errs.ErrNotFound || left != 0 {
		t.Errorf("%v, got %d rows left, want %v and 0", err, left, errs.ErrNotFound)
	}
}

func TestImporter_AlternatesBetweenTeams(t *testing.T) {
	f := newFixture(t)
	first, second := f.startImport("", manyAddresses(120)...), f.startImport("", "late@x.example")
	owner := hookstest.Account(t, f.app, "other@x.example")
	other := hookstest.Team(t, f.app, owner, "Other", "pro")
	theirs, err := invitations.StartImport(f.app, hookstest.Actor(t, f.app, owner, other),
		invitations.Request{Lines: invitations.ParseLines(manyAddresses(60))}, "")
	f.must(err)
	importer := invitations.NewImporter(f.app)
	for range 4 {
		_, err := importer.Step()
		f.must(err)
	}
	theirs, err = invitations.FindImport(f.app, other.Id, theirs.Id)
	f.must(err)
	f.assertImport(f.reload(first), "running 100/120 100 0 0 0")
	f.assertImport(theirs, "done 60/60 60 0 0 0")
	f.assertImport(f.reload(second), "waiting 0/1 0 0 0 0")
	f.assertImport(f.runImport(second), "done 1/1 1 0 0 0")
}

// A refusal within a batch rolls back only its own row.
func TestImport_RefusedRow_LeavesNothingBehind(t *testing.T) {
	f := newFixture(t)
	f.app.OnRecordCreateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if e.Record.GetString("email") == "person7@x.example" {
			return errs.Invalid("email", "late", "Refused after it was written.")
		}
		return nil
	})
	i := f.runImport(f.startImport("", manyAddresses(60)...))
	f.assertImport(i, "done 60/60 59 0 0 1")
	if a, b := hookstest.Count(t, f.app, "invitations"), hookstest.Count(t, f.app, "outbox"); a != 59 || b != 59 {
		t.Errorf("got %d invitations, %d emails, want 59 and 59", a, b)
	}
}

func TestImport_ServerFault_StopsImportWithoutBlockingOthers(t *testing.T) {
	f := newFixture(t)
	f.app.OnRecordCreateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("email") == "person7@x.example" {
			return fmt.Errorf("the disk is full")
		}
		return e.Next()
	})
	i := f.startImport("", manyAddresses(60)...)
	importer := invitations.NewImporter(f.app)
	for range 5 {
		if _, err := importer.Step(); err == nil {
			t.Error("no error")
		}
	}
	f.assertImport(f.reload(i), "stopped 0/60 0 0 0 0")
	if n := hookstest.Count(t, f.app, "invitations"); n != 0 {
		t.Errorf("got %d invitations of a batch that was rolled back, want 0", n)
	}
	f.assertImport(f.runImport(f.startImport("", "fine@x.example")), "done 1/1 1 0 0 0")
}

func TestStartImport_TooManyActive_IsRefused(t *testing.T) {
	f := newFixture(t)
	var err error
	for n := range 12 {
		if _, err = f.startImportAs(f.owner, "", manyAddresses(3)...); err != nil {
			if n != 5 {
				t.Errorf("number %d: %v, want 5", n+1, err)
			}
			break
		}
	}
	hookstest.AssertCode(t, "one more", err, errs.CodeTooMany)
	if n := hookstest.Count(t, f.app, "imports"); n != 5 {
		t.Errorf("got %d waiting imports, want 5", n)
	}
	for i := range 40 {
		importer := invitations.NewImporter(f.app)
		for worked := true; worked; {
			worked, err = importer.Step()
			f.must(err)
		}
		if _, err = f.startImportAs(f.owner, "", manyAddresses(3)...); err != nil {
			hookstest.AssertCode(t, fmt.Sprint("number ", i+6), err, errs.CodeTooMany)
			if i+5 < 29 { // the refused one above counts
				t.Errorf("got %d imports in an hour, want at least 29", i+5)
			}
			return
		}
	}
	t.Error("the number of imports is not limited")
}

func TestStartImport_FileName_IsSanitized(t *testing.T) {
	f := newFixture(t)
	for name, want := range map[string]string{"people.csv": "people.csv", "a\u202evsc.exe": "", "a\x00b": "", "\xff\xfe": "", "a\r\nb  c.csv": "a b c.csv"} {
		i, err := invitations.StartImport(f.app, f.actor(f.owner), invitations.Request{Lines: invitations.ParseLines(manyAddresses(1))}, name)
		f.must(err)
		f.runImport(i)
		if got := f.reload(i).GetString("file"); got != want {
			t.Errorf("%q became %q, want %v", name, got, want)
		}
	}
}

func TestParseLines_TooLong_IsOnlyCounted(t *testing.T) {
	for name, read := range map[string]func() []invitations.Line{
		"typed": func() []invitations.Line { return addresslist.Read(strings.Repeat("a,", 1_000_000)).Entries },
		"a file": func() []invitations.Line {
			list, _ := addresslist.ReadFile(strings.NewReader(strings.Repeat("a\n", 1_000_000)))
			return list.Entries
		},
		"a program's": func() []invitations.Line { return invitations.ParseLines(make([]string, 1_000_000)) },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		lines := read()
		runtime.ReadMemStats(&after)
		if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 600 {
			t.Errorf("%s: %d lines take %d MB, want at most 600", name, len(lines), mb)
		}
		if len(lines) != 1_000_000 {
			t.Errorf("%s: %d lines, want 1_000_000", name, len(lines))
		}
	}
}

func TestImporter_Running_ProcessesNewImports(t *testing.T) {
	f := newFixture(t)
	stop := invitations.NewImporter(f.app).Start()
	defer stop()
	for _, addresses := range [][]string{manyAddresses(60), {"late@x.example"}} {
		i := f.startImport("", addresses...)
		for end := time.Now().Add(10 * time.Second); f.reload(i).Active() && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		if got := f.reload(i); got.Active() || got.Done() != len(addresses) {
			t.Errorf("got %s, want all of %d rows done", importSummary(got), len(addresses))
		}
	}
}
