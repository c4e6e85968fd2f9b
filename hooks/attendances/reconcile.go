package attendances

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

// Reconcile asks the media server who is in each running session, and corrects what wasn't reported: people who are gone left
// when they were last seen, and people who are connected are recorded as in the session. After a crash of the server, they were last
// seen when it crashed.
func Reconcile(app core.App, now time.Time) error {
	seen, err := lastSeen(app)
	if err != nil {
		return err
	}
	var running []*sessions.Session
	err = app.RecordQuery("sessions").WithContext(record.Prepared).AndWhere(dbx.HashExp{"status": sessions.Running}).AndWhere(dbx.NewExp("media != ''")).All(&running)
	if err != nil {
		return fmt.Errorf("list the sessions that run: %w", err)
	}
	var faults []error
	for _, session := range running {
		faults = append(faults, reconcileSession(app, session, now, seen))
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	if err := saveTime(app, reconciledKey, now); err != nil {
		return err
	}
	app.Store().Set(reconciledKey, true)
	jobs.Wake(app, heartbeatID)
	return nil
}

// reconcileSession corrects the attendances of one session. People who joined during the request are left alone.
func reconcileSession(app core.App, session *sessions.Session, asked, seen time.Time) error {
	people, err := live.ListParticipants(app, session.Media())
	if errors.Is(err, live.ErrUnavailable) && !live.IsExternal(app) {
		people, err = nil, nil // the media server isn't running, so no one is in
	}
	if err != nil {
		return err
	}
	for _, person := range people {
		kickUnauthorized(app, session.Media(), person.Identity)
	}
	return app.RunInTransaction(func(tx core.App) error {
		session, err := sessions.FindByID(tx, session.Id)
		if err != nil || session.Status() != sessions.Running {
			return errs.IgnoreNotFound(err)
		}
		var in []string
		for _, person := range people {
			if !person.Active {
				continue
			}
			in = append(in, person.SID)
			if err := saveActive(tx, session, person); err != nil {
				return err
			}
		}
		return closeAbsent(tx, session, in, asked, seen)
	})
}

// saveActive records a person as in the session.
func saveActive(tx core.App, session *sessions.Session, person live.Participant) error {
	a, err := findOrNew(tx, session, person.SID)
	if err != nil {
		return err
	}
	if !a.Left().IsZero() && !a.Estimated() {
		return nil // left during the request
	}
	before := a.FieldsData()
	if err := a.identify(tx, session, &person); err != nil {
		return err
	}
	a.setJoined(person.Joined)
	a.Set("left", "")
	a.Set("estimated", false)
	for _, track := range person.Tracks {
		a.addTrack(track)
	}
	if !a.IsNew() && equalFields(before, a.FieldsData()) {
		return nil
	}
	return tx.Save(a)
}

func equalFields(before, after map[string]any) bool {
	for name, value := range before {
		if fmt.Sprint(value) != fmt.Sprint(after[name]) {
			return false
		}
	}
	return true
}

// closeAbsent ends the attendances of people who are no longer in.
func closeAbsent(tx core.App, session *sessions.Session, in []string, asked, seen time.Time) error {
	open, err := listOpen(tx, session.Id)
	if err != nil {
		return err
	}
	for _, a := range open {
		if slices.Contains(in, a.GetString("sid")) || !a.Joined().Before(asked) {
			continue
		}
		at := seen
		if at.Before(a.Joined()) || at.After(asked) {
			at = a.Joined()
		}
		a.setLeft(at, true)
		if err := tx.Save(a); err != nil {
			return err
		}
	}
	return nil
}

// reconciledKey is the key of the time of the last successful run in PocketBase's parameters.
const reconciledKey = "usherLook"

// lastSeen returns the time up to which attendances are known. Before the first run, that is when the server last ran, too.
func lastSeen(app core.App) (time.Time, error) {
	reconciled, err := loadTime(app, reconciledKey)
	if err != nil || app.Store().Has(reconciledKey) {
		return reconciled, err
	}
	ran, err := loadTime(app, heartbeatKey)
	if ran.After(reconciled) {
		return ran, err
	}
	return reconciled, err
}

// loadTime loads a time from PocketBase's parameters; zero if there is none.
func loadTime(app core.App, key string) (time.Time, error) {
	var stamps []string
	err := app.DB().NewQuery("SELECT value FROM _params WHERE id = {:id}").Bind(dbx.Params{"id": key}).Column(&stamps)
	if err != nil || len(stamps) == 0 {
		return time.Time{}, err
	}
	return record.ParseTime(stamps[0]), nil
}

func saveTime(app core.App, key string, at time.Time) error {
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO _params (id, value, created, updated) VALUES ({:id}, {:now}, {:now}, {:now})
		ON CONFLICT (id) DO UPDATE SET value = {:now}, updated = {:now}`).Bind(dbx.Params{"id": key, "now": record.FormatTime(at)}).Execute()
	if err != nil {
		return fmt.Errorf("store the time %s: %w", key, err)
	}
	return nil
}
