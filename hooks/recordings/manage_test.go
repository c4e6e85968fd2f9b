package recordings_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/recordings"
	"usher/hooks/tools/errs"
)

// manageActions are the actions on a recording that is ready, or in the trash.
var manageActions = map[string]struct {
	trashed bool
	do      func(core.App, *actors.Actor, string) error
}{
	"rename": {false, func(app core.App, a *actors.Actor, id string) error {
		_, err := recordings.Rename(app, a, id, "  Kestrel,  take two ")
		return err
	}},
	"share": {false, func(app core.App, a *actors.Actor, id string) error {
		_, err := recordings.Share(app, a, id)
		return err
	}},
	"unshare": {false, func(app core.App, a *actors.Actor, id string) error {
		_, err := recordings.Unshare(app, a, id)
		return err
	}},
	"trash": {false, func(app core.App, a *actors.Actor, id string) error {
		_, err := recordings.Trash(app, a, id)
		return err
	}},
	"restore": {true, func(app core.App, a *actors.Actor, id string) error {
		_, err := recordings.Restore(app, a, id)
		return err
	}},
	"delete": {true, recordings.DeleteForever},
	"retry": {false, func(app core.App, a *actors.Actor, id string) error {
		_, err := recordings.Retry(app, a, id)
		if errs.Code(err) == recordings.CodeNotFailed {
			return nil
		}
		return err
	}},
}

func TestManage_OnlyHostsOwnerAndAdmins(t *testing.T) {
	f := newFixture(t, "unlimited")
	for name, action := range manageActions {
		for _, role := range roles {
			values := map[string]any{"shared": name != "share"}
			if action.trashed {
				values["trashed"] = time.Now()
			}
			r := hookstest.Recording(t, f.app, f.session, values)
			err := action.do(f.app, f.actor(role), r.Id)
			switch sees := !action.trashed && name != "share" && slices.Contains([]string{"invitee", "guest"}, role); {
			case slices.Contains([]string{"owner", "admin", "host", "cohost"}, role):
				if err != nil {
					t.Errorf("%s by %s: %v", name, role, err)
				}
			case sees:
				hookstest.AssertCode(t, name+" by "+role, err, errs.CodeNotAllowed)
			case !errors.Is(err, errs.ErrNotFound):
				t.Errorf("%s by %s: got %v, want %v", name, role, err, errs.ErrNotFound)
			}
		}
	}
}

func TestManage_AnotherTeam_IsNotFound(t *testing.T) {
	f := newFixture(t, "unlimited")
	other := hookstest.Account(t, f.app, "other@y.example")
	actor := hookstest.Actor(t, f.app, other, hookstest.Team(t, f.app, other, "Other", "unlimited"))
	for name, action := range manageActions {
		r := hookstest.Recording(t, f.app, f.session, map[string]any{"shared": true})
		for _, id := range []string{r.Id, "", "nosuchid0000000"} {
			if err := action.do(f.app, actor, id); !errors.Is(err, errs.ErrNotFound) {
				t.Errorf("%s of %q: got %v, want %v", name, id, err, errs.ErrNotFound)
			}
		}
	}
}

func TestManage_ChangesTheRecording(t *testing.T) {
	f := newFixture(t, "unlimited")
	host, id := f.actor("host"), hookstest.Recording(t, f.app, f.session, nil).Id
	for _, name := range []string{"rename", "share", "trash", "restore"} {
		for range 2 { // the second time changes nothing
			if err := manageActions[name].do(f.app, host, id); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		r, err := recordings.FindByID(f.app, id)
		if err != nil {
			t.Fatal(err)
		}
		trashed := name == "trash"
		if r.Title() != "Kestrel, take two" || r.Shared() != (name != "rename") || r.Trashed().IsZero() == trashed || (r.TrashedBy() == "Host") != trashed {
			t.Errorf("after %s: %q, shared %v, trashed %v by %q", name, r.Title(), r.Shared(), r.Trashed(), r.TrashedBy())
		}
		if n := len(hookstest.QueryRows(t, f.app, "SELECT action FROM audit WHERE action = 'recording."+name+"' AND result = 'ok'")); n != 1 {
			t.Errorf("%s: %d entries in the audit log, want 1", name, n)
		}
	}
	hookstest.AssertCode(t, "delete without trash", recordings.DeleteForever(f.app, host, id), recordings.CodeNotInTrash)
	if err := manageActions["trash"].do(f.app, host, id); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rename", "share", "unshare"} {
		hookstest.AssertCode(t, name+" in the trash", manageActions[name].do(f.app, host, id), recordings.CodeInTrash)
	}
	if err := recordings.DeleteForever(f.app, host, id); err != nil {
		t.Fatal(err)
	}
	if n := hookstest.Count(t, f.app, "recordings"); n != 0 {
		t.Errorf("%d recordings are left, want 0", n)
	}
}

func TestRename_BadTitle_IsRefused(t *testing.T) {
	f := newFixture(t, "unlimited")
	r := hookstest.Recording(t, f.app, f.session, nil)
	for title, code := range map[string]string{"": "required", " \n ": "required", longTitle(): "too_long"} {
		_, err := recordings.Rename(f.app, f.actor("host"), r.Id, title)
		hookstest.AssertCode(t, title, err, code)
	}
}

func longTitle() string {
	title := make([]rune, recordings.MaxTitle+1)
	for n := range title {
		title[n] = 'é'
	}
	return string(title)
}

func TestTrash_UnfinishedRecording_IsRefused(t *testing.T) {
	f := newFixture(t, "unlimited")
	for _, status := range []string{recordings.StatusRecording, recordings.StatusProcessing} {
		r := hookstest.Recording(t, f.app, f.session, map[string]any{"status": status})
		_, err := recordings.Trash(f.app, f.actor("host"), r.Id)
		hookstest.AssertCode(t, status, err, recordings.CodeUnfinished)
	}
}
