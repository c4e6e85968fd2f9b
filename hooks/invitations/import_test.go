package invitations_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/seats"
	"usher/hooks/tools/errs"
)

func (w *fixture) startImport(roles string, addresses ...string) *invitations.Import {
	w.Helper()
	i, err := w.startImportAs(w.owner, roles, addresses...)
	w.must(err)
	return i
}

func (w *fixture) startImportAs(who *core.Record, roles string, addresses ...string) (*invitations.Import, error) {
	w.Helper()
	offer := invitations.Request{Lines: invitations.ParseLines(addresses)}
	offer.Roles.Organizer, offer.Roles.Admin = roles == "organizer", roles == "admin"
	return invitations.StartImport(w.app, w.actor(who), offer, "people.csv")
}

// runImport goes through all that waits, and reads the import again.
func (w *fixture) runImport(i *invitations.Import) *invitations.Import {
	w.Helper()
	importer := invitations.NewImporter(w.app)
	for worked := true; worked; {
		var err error
		worked, err = importer.Step()
		w.must(err)
	}
	return w.reload(i)
}

func (w *fixture) reload(i *invitations.Import) *invitations.Import {
	w.Helper()
	i, err := invitations.FindImport(w.app, w.team.Id, i.Id)
	w.must(err)
	return i
}

// importSummary is what came of an import: its state and how many rows were invited, updated, unchanged and refused.
func importSummary(i *invitations.Import) string {
	return fmt.Sprint(i.Status(), " ", i.Done(), "/", i.Total(), " ", i.Count(invitations.Invited), " ", i.Count(invitations.Updated), " ",
		i.Count(invitations.Unchanged), " ", i.Count(invitations.Refused))
}

func (w *fixture) assertImport(i *invitations.Import, want string) {
	w.Helper()
	if got := importSummary(i); got != want {
		w.Errorf("it came to %s (%s), want %s", got, i.GetString("reason"), want)
	}
}

// rowCodes are what came of the rows, in their order.
func (w *fixture) rowCodes(i *invitations.Import) string {
	w.Helper()
	text := ""
	w.must(invitations.EachRow(w.app, i, func(row invitations.ImportRow) error {
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
	w := newFixture(t)
	list := manyAddresses(230)
	i := w.startImport("", list...)
	w.assertImport(i, "waiting 0/230 0 0 0 0")
	w.assertImport(w.runImport(i), "done 230/230 230 0 0 0")
	for _, collection := range []string{"invitations", "outbox"} {
		if n := hookstest.Count(t, w.app, collection); n != 230 {
			t.Errorf("%d %s", n, collection)
		}
	}
	if n := hookstest.Count(t, w.app, "audit", dbx.HashExp{"action": "invitation.create", "result": "ok"}); n != 230 {
		t.Errorf("%d audit rows", n)
	}
	w.assertImport(w.runImport(w.startImport("", list...)), "done 230/230 0 0 230 0")
	if n := hookstest.Count(t, w.app, "outbox"); n != 230 {
		t.Errorf("%d letters after the second time", n)
	}
}

func TestImport_RecordsResultOfEveryRow(t *testing.T) {
	w := newFixture(t)
	hookstest.Member(t, w.app, w.team, "in@x.example", "organizer")
	w.invite("asked@x.example", "organizer")
	w.invite("plain@x.example")
	i := w.runImport(w.startImport("organizer", "new@x.example", "no address", "in@x.example", "asked@x.example", "plain@x.example", "new@x.example"))
	want := "invited , refused bad_email, unchanged already_member, unchanged already_invited, updated , unchanged duplicate, "
	if got := w.rowCodes(i); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	w.assertImport(i, "done 6/6 1 1 3 1")
}

func TestImport_NeverExceedsSeats(t *testing.T) {
	w := newFixture(t)
	w.must(w.app.Save(w.team))
	free := w.seats().Organizer.Free()
	i := w.runImport(w.startImport("organizer", manyAddresses(80)...))
	w.assertImport(i, fmt.Sprintf("done 80/80 %d 0 0 %d", free, 80-free))
	if now := w.seats().Organizer; now.Used+now.Reserved != now.Limit || free == 0 {
		t.Errorf("%+v", now)
	}
	refused, err := invitations.RefusedRows(w.app, i, 5)
	w.must(err)
	if len(refused) != 5 || refused[0].Code != seats.CodeFull || refused[0].N != free+1 {
		t.Errorf("%+v", refused)
	}
}

func TestImport_StarterLosesRights_StopsRemainingRows(t *testing.T) {
	for name, lose := range map[string]func(w *fixture, admin *core.Record) error{
		"the role": func(w *fixture, admin *core.Record) error {
			m, err := members.Find(w.app, w.team.Id, admin.Id)
			w.must(err)
			return members.RevokeRoles(w.app, w.actor(w.owner), admin.Id, m.Roles())
		},
		"the team": func(w *fixture, admin *core.Record) error {
			_, err := members.Remove(w.app, w.actor(w.owner), admin.Id)
			return err
		},
		"the account": func(w *fixture, admin *core.Record) error { return w.app.Delete(admin) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			admin := hookstest.Member(t, w.app, w.team, "admin@x.example", "admin")
			i, err := w.startImportAs(admin, "", manyAddresses(120)...)
			w.must(err)
			importer := invitations.NewImporter(w.app)
			_, err = importer.Step()
			w.must(err)
			w.must(lose(w, admin))
			i = w.runImport(i)
			w.assertImport(i, "stopped 50/120 50 0 0 0")
			if i.GetString("reason") == "" || i.TimeOf("finished").IsZero() {
				t.Errorf("%v", i.PublicExport())
			}
		})
	}
}

func TestImport_WhoCanStartAndStop(t *testing.T) {
	w := newFixture(t)
	organizer := hookstest.Member(t, w.app, w.team, "organizer@x.example", "organizer")
	admin := hookstest.Member(t, w.app, w.team, "admin@x.example", "admin")
	_, err := w.startImportAs(organizer, "", "a@x.example")
	hookstest.AssertCode(t, "an Organizer starts", err, errs.CodeNotAllowed)
	_, err = w.startImportAs(admin, "admin", "a@x.example")
	hookstest.AssertCode(t, "an Admin offers Admin", err, errs.CodeNotAllowed)
	_, err = w.startImportAs(admin, "")
	hookstest.AssertCode(t, "an empty list", err, "required")
	_, err = w.startImportAs(admin, "", manyAddresses(invitations.MaxImport+1)...)
	hookstest.AssertCode(t, "10,001 rows", err, errs.CodeTooMany)
	if n := hookstest.Count(t, w.app, "imports"); n != 0 {
		t.Fatalf("%d imports", n)
	}

	i, err := w.startImportAs(admin, "", manyAddresses(60)...)
	w.must(err)
	_, err = invitations.StopImport(w.app, w.actor(organizer), i.Id)
	hookstest.AssertCode(t, "an Organizer stops", err, errs.CodeNotAllowed)
	other := hookstest.Team(t, w.app, hookstest.Account(t, w.app, "other@x.example"), "Other", "pro")
	owner, err := members.FindOwner(w.app, other.Id)
	w.must(err)
	stranger := hookstest.Actor(t, w.app, hookstest.FindRecord(t, w.app, "users", owner.UserID()), other)
	if _, err = invitations.StopImport(w.app, stranger, i.Id); err != errs.NotFound {
		t.Errorf("another team stops it: %v", err)
	}
	importer := invitations.NewImporter(w.app)
	_, err = importer.Step()
	w.must(err)
	_, err = invitations.StopImport(w.app, w.actor(w.owner), i.Id)
	w.must(err)
	w.assertImport(w.runImport(i), "stopped 50/60 50 0 0 0")
	_, err = invitations.StopImport(w.app, w.actor(w.owner), i.Id)
	hookstest.AssertCode(t, "stopped twice", err, invitations.CodeImportEnded)
}

func TestImport_TeamDeleted_IsDeleted(t *testing.T) {
	w := newFixture(t)
	i := w.startImport("", manyAddresses(120)...)
	importer := invitations.NewImporter(w.app)
	_, err := importer.Step()
	w.must(err)
	w.must(w.app.Delete(w.team.Record))
	worked, err := importer.Step()
	if worked || err != nil {
		t.Errorf("worked %v, %v", worked, err)
	}
	var left int
	w.must(w.app.DB().NewQuery("SELECT count(*) FROM import_rows").Row(&left))
	if _, err := invitations.FindImport(w.app, w.team.Id, i.Id); err != errs.NotFound || left != 0 {
		t.Errorf("%v, %d rows are left", err, left)
	}
}

func TestImporter_AlternatesBetweenTeams(t *testing.T) {
	w := newFixture(t)
	first, second := w.startImport("", manyAddresses(120)...), w.startImport("", "late@x.example")
	owner := hookstest.Account(t, w.app, "other@x.example")
	other := hookstest.Team(t, w.app, owner, "Other", "pro")
	theirs, err := invitations.StartImport(w.app, hookstest.Actor(t, w.app, owner, other),
		invitations.Request{Lines: invitations.ParseLines(manyAddresses(60))}, "")
	w.must(err)
	importer := invitations.NewImporter(w.app)
	for range 4 {
		_, err := importer.Step()
		w.must(err)
	}
	theirs, err = invitations.FindImport(w.app, other.Id, theirs.Id)
	w.must(err)
	w.assertImport(w.reload(first), "running 100/120 100 0 0 0")
	w.assertImport(theirs, "done 60/60 60 0 0 0")
	w.assertImport(w.reload(second), "waiting 0/1 0 0 0 0")
	w.assertImport(w.runImport(second), "done 1/1 1 0 0 0")
}

// A refusal inside of a batch takes nothing along.
func TestImport_RefusedRow_LeavesNothingBehind(t *testing.T) {
	w := newFixture(t)
	w.app.OnRecordCreateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if e.Record.GetString("email") == "person7@x.example" {
			return errs.Invalid("email", "late", "Refused after it was written.")
		}
		return nil
	})
	i := w.runImport(w.startImport("", manyAddresses(60)...))
	w.assertImport(i, "done 60/60 59 0 0 1")
	if a, b := hookstest.Count(t, w.app, "invitations"), hookstest.Count(t, w.app, "outbox"); a != 59 || b != 59 {
		t.Errorf("%d invitations, %d letters", a, b)
	}
}

func TestImport_ServerFault_StopsImportWithoutBlockingOthers(t *testing.T) {
	w := newFixture(t)
	w.app.OnRecordCreateExecute("invitations").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("email") == "person7@x.example" {
			return fmt.Errorf("the disk is full")
		}
		return e.Next()
	})
	i := w.startImport("", manyAddresses(60)...)
	importer := invitations.NewImporter(w.app)
	for range 5 {
		if _, err := importer.Step(); err == nil {
			t.Error("no error")
		}
	}
	w.assertImport(w.reload(i), "stopped 0/60 0 0 0 0")
	if n := hookstest.Count(t, w.app, "invitations"); n != 0 {
		t.Errorf("%d invitations of a batch that was taken back", n)
	}
	w.assertImport(w.runImport(w.startImport("", "fine@x.example")), "done 1/1 1 0 0 0")
}

func TestStartImport_TooManyActive_IsRefused(t *testing.T) {
	w := newFixture(t)
	var err error
	for n := range 12 {
		if _, err = w.startImportAs(w.owner, "", manyAddresses(3)...); err != nil {
			if n != 5 {
				t.Errorf("number %d: %v", n+1, err)
			}
			break
		}
	}
	hookstest.AssertCode(t, "one more", err, errs.CodeTooMany)
	if n := hookstest.Count(t, w.app, "imports"); n != 5 {
		t.Errorf("%d imports wait", n)
	}
	for i := range 40 {
		importer := invitations.NewImporter(w.app)
		for worked := true; worked; {
			worked, err = importer.Step()
			w.must(err)
		}
		if _, err = w.startImportAs(w.owner, "", manyAddresses(3)...); err != nil {
			hookstest.AssertCode(t, fmt.Sprint("number ", i+6), err, errs.CodeTooMany)
			if i+5 < 29 { // the one that was refused above counts
				t.Errorf("only %d in an hour", i+5)
			}
			return
		}
	}
	t.Error("lists without end are kept for three months each")
}

func TestStartImport_FileName_IsSanitized(t *testing.T) {
	w := newFixture(t)
	for name, want := range map[string]string{"people.csv": "people.csv", "a\u202evsc.exe": "", "a\x00b": "", "\xff\xfe": "", "a\r\nb  c.csv": "a b c.csv"} {
		i, err := invitations.StartImport(w.app, w.actor(w.owner), invitations.Request{Lines: invitations.ParseLines(manyAddresses(1))}, name)
		w.must(err)
		w.runImport(i)
		if got := w.reload(i).GetString("file"); got != want {
			t.Errorf("%q became %q", name, got)
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
			t.Errorf("%s: %d lines take %d MB", name, len(lines), mb)
		}
		if len(lines) != 1_000_000 {
			t.Errorf("%s: %d lines", name, len(lines))
		}
	}
}
