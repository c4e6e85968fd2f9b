package recordings_test

import (
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/recordings"
	"usher/hooks/tools/errs"
)

func TestSetRetention_OnlyOwnerAndAdmins(t *testing.T) {
	f := newFixture(t, "unlimited")
	for _, role := range roles {
		may := role == "owner" || role == "admin"
		code := ""
		if !may {
			code = errs.CodeNotAllowed
		}
		hookstest.AssertCode(t, role, recordings.SetRetention(f.app, f.actor(role), 90), code)
		_, err := recordings.PreviewRetention(f.app, f.actor(role), 90)
		hookstest.AssertCode(t, "preview by "+role, err, code)
	}
	for _, days := range []int{-1, recordings.MaxRetention + 1} {
		hookstest.AssertCode(t, "bad days", recordings.SetRetention(f.app, f.actor("owner"), days), recordings.CodeBadRetention)
	}
	if err := recordings.SetRetention(f.app, f.actor("owner"), 30); err != nil {
		t.Fatal(err)
	}
	if days := recordings.RetentionDays(hookstest.FindRecord(t, f.app, "teams", f.team.Id)); days != 30 {
		t.Errorf("got %d days, want 30", days)
	}
}

func TestPreviewRetention_ListsWhatIsDueWithinTheWarning(t *testing.T) {
	f := newFixture(t, "unlimited")
	ago := func(days int) time.Time { return time.Now().AddDate(0, 0, -days) }
	for _, values := range []map[string]any{
		{"title": "Old", "started": ago(100), "ended": ago(100), "bytes": 10, "mp4_bytes": 5},
		{"title": "Due in five days", "started": ago(85), "ended": ago(85), "bytes": 20},
		{"title": "Later", "started": ago(80), "ended": ago(80)},
		{"title": "Restored", "started": ago(100), "ended": ago(100), "restored": ago(1)},
		{"title": "In the trash", "started": ago(100), "ended": ago(100), "trashed": ago(1)},
		{"title": "Unfinished", "started": ago(100), "ended": ago(100), "status": recordings.StatusProcessing},
	} {
		hookstest.Recording(t, f.app, f.session, values)
	}
	p, err := recordings.PreviewRetention(f.app, f.actor("owner"), 90)
	if err != nil || p.Count != 2 || p.Bytes != 35 || len(p.First) != 2 || p.First[0].Title() != "Old" || p.Oldest.Sub(ago(100)).Abs() > time.Minute {
		t.Fatalf("got %+v, %v, want the two oldest", p, err)
	}
	if at := p.First[0].RetentionEnd(90); at.Sub(p.At).Abs() > time.Minute {
		t.Errorf("the oldest ends at %s, want a warning period from now, %s", at, p.At)
	}
	if p, err := recordings.PreviewRetention(f.app, f.actor("owner"), 0); err != nil || p.Count != 0 {
		t.Errorf("without a period: %+v, %v, want none", p, err)
	}
}

// due runs DeleteDue as if at that time.
func (f *fixture) due(at time.Time) {
	f.Helper()
	if err := recordings.DeleteDue(f.app, at); err != nil {
		f.Fatal(err)
	}
}

func TestDeleteDue_WarnsThenTrashesThenDeletes(t *testing.T) {
	f := newFixture(t, "unlimited")
	now := time.Now()
	ended := now.AddDate(0, 0, -100)
	old := hookstest.Recording(t, f.app, f.session, map[string]any{"started": ended, "ended": ended}).Id
	fresh := hookstest.Recording(t, f.app, f.session, nil).Id
	trashed := func(id string) bool {
		r, err := recordings.FindByID(f.app, id)
		return err == nil && !r.Trashed().IsZero()
	}
	f.due(now)
	if f.emails("recordings_due") != 0 || trashed(old) {
		t.Fatal("without a retention period, recordings are kept")
	}
	if err := recordings.SetRetention(f.app, f.actor("owner"), 90); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		f.due(now)
	}
	if n := f.emails("recordings_due"); n != 3 || trashed(old) {
		t.Fatalf("%d emails, want one to the Owner, the Admin and the host, and nothing in the trash", n)
	}
	f.due(now.Add(recordings.WarningPeriod - time.Minute))
	if trashed(old) {
		t.Fatal("it is in the trash before everyone had time to react")
	}
	moved := now.Add(recordings.WarningPeriod + time.Minute)
	f.due(moved)
	if !trashed(old) || trashed(fresh) {
		t.Fatalf("in the trash: the old one %v, the fresh one %v, want only the old one", trashed(old), trashed(fresh))
	}
	f.due(moved.Add(recordings.TrashPeriod - time.Minute))
	if hookstest.Count(t, f.app, "recordings") != 2 {
		t.Fatal("it was deleted from the trash too early")
	}
	f.due(moved.Add(recordings.TrashPeriod + time.Minute))
	if _, err := recordings.FindByID(f.app, old); err == nil || hookstest.Count(t, f.app, "recordings") != 1 {
		t.Error("it wasn't deleted from the trash")
	}
	if got := hookstest.QueryRows(t, f.app, "SELECT action FROM audit WHERE target = '"+old+"' ORDER BY seq"); len(got) != 2 {
		t.Errorf("the audit log has %v, want the trash and the deletion", got)
	}
}

func TestDeleteDue_AfterAnotherPeriod_WarnsAgain(t *testing.T) {
	f := newFixture(t, "unlimited")
	now := time.Now()
	ended := now.AddDate(0, 0, -100)
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"started": ended, "ended": ended})
	trashed := hookstest.Recording(t, f.app, f.session, map[string]any{"started": ended, "ended": ended, "trashed": now, "warned": ended})
	set := func(days int) {
		t.Helper()
		if err := recordings.SetRetention(f.app, f.actor("owner"), days); err != nil {
			t.Fatal(err)
		}
	}
	set(90)
	f.due(now)
	set(0)
	set(90)
	later := now.Add(recordings.WarningPeriod + time.Hour)
	f.due(later)
	if found, err := recordings.FindByID(f.app, r.Id); err != nil || !found.Trashed().IsZero() || f.emails("recordings_due") != 6 {
		t.Fatalf("%v: %d emails, in the trash: %v, want two to each of three people, and nothing in the trash", err, f.emails("recordings_due"), !found.Trashed().IsZero())
	}
	f.due(later.Add(recordings.WarningPeriod + time.Hour))
	if found, err := recordings.FindByID(f.app, r.Id); err != nil || found.Trashed().IsZero() {
		t.Errorf("%v: it isn't in the trash after the second warning", err)
	}
	if found, err := recordings.FindByID(f.app, trashed.Id); err == nil && found.GetDateTime("warned").IsZero() {
		t.Error("the warning of a recording in the trash was forgotten")
	}
}

func TestRestore_StartsTheRetentionPeriodAgain(t *testing.T) {
	f := newFixture(t, "unlimited")
	ended := time.Now().AddDate(0, 0, -100)
	r := hookstest.Recording(t, f.app, f.session, map[string]any{"started": ended, "ended": ended, "trashed": time.Now(), "warned": ended})
	if err := recordings.SetRetention(f.app, f.actor("owner"), 90); err != nil {
		t.Fatal(err)
	}
	restored, err := recordings.Restore(f.app, f.actor("host"), r.Id)
	if err != nil {
		t.Fatal(err)
	}
	if end := restored.RetentionEnd(90); time.Until(end) < 89*24*time.Hour {
		t.Errorf("it ends at %s, want 90 days after the restore", end)
	}
	f.due(time.Now().Add(time.Hour))
	if f.emails("recordings_due") != 0 {
		t.Error("an email was sent about a recording that was just restored")
	}
}
