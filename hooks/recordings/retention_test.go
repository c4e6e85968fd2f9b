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
