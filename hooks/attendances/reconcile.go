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
)

// Reconcile asks the media server who is in each session that runs, and mends what was not reported: somebody who is
// gone is written as gone since he was last known to be in, and somebody who is in as in.
func Reconcile(app core.App, now time.Time) error {
	seen, err := lastLook(app)
	if err != nil {
		return err
	}
	var running []*sessions.Session
	err = app.RecordQuery("sessions").WithContext(record.Kept).AndWhere(dbx.HashExp{"status": sessions.Running}).AndWhere(dbx.NewExp("media != ''")).All(&running)
	if err != nil {
		return fmt.Errorf("list the sessions that run: %w", err)
	}
	var faults []error
	for _, session := range running {
		faults = append(faults, reconcile(app, session, now, seen))
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	return noteLook(app, now)
}

// reconcile mends the stays of one session. Who came while the media server was asked is left alone.
func reconcile(app core.App, session *sessions.Session, asked, seen time.Time) error {
	people, err := live.People(app, session.Media())
	if errors.Is(err, live.ErrDown) && !live.Outside(app) {
		people, err = nil, nil // it does not run: nobody is in
	}
	if err != nil {
		return err
	}
	for _, person := range people {
		turnOut(app, session.Media(), person.Identity)
	}
	return app.RunInTransaction(func(tx core.App) error {
		session, err := sessions.ByID(tx, session.Id)
		if err != nil || session.Status() != sessions.Running {
			return record.UnlessNotFound(err)
		}
		var in []string
		for _, person := range people {
			if !person.Active {
				continue
			}
			in = append(in, person.SID)
			if err := present(tx, session, person); err != nil {
				return err
			}
		}
		return gone(tx, session, in, asked, seen)
	})
}

// present writes somebody down as in.
func present(tx core.App, session *sessions.Session, person live.Person) error {
	a, err := stay(tx, session, person.SID)
	if err != nil {
		return err
	}
	if !a.Left().IsZero() && !a.Estimated() {
		return nil // he went since he was asked for
	}
	before := a.FieldsData()
	if err := a.is(tx, session, &person); err != nil {
		return err
	}
	a.came(person.Joined)
	a.Set("left", "")
	a.Set("estimated", false)
	for _, track := range person.Tracks {
		a.sends(track)
	}
	if !a.IsNew() && same(before, a.FieldsData()) {
		return nil
	}
	return tx.Save(a)
}

func same(before, after map[string]any) bool {
	for name, value := range before {
		if fmt.Sprint(value) != fmt.Sprint(after[name]) {
			return false
		}
	}
	return true
}

// gone ends the stays of who is not in any more.
func gone(tx core.App, session *sessions.Session, in []string, asked, seen time.Time) error {
	open, err := openIn(tx, session.Id)
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
		a.went(at, true)
		if err := tx.Save(a); err != nil {
			return err
		}
	}
	return nil
}

// lookKey names the moment of the last look among PocketBase's parameters.
const lookKey = "usherLook"

func lastLook(app core.App) (time.Time, error) {
	var stamps []string
	err := app.DB().NewQuery("SELECT value FROM _params WHERE id = {:id}").Bind(dbx.Params{"id": lookKey}).Column(&stamps)
	if err != nil || len(stamps) == 0 {
		return time.Time{}, err
	}
	return record.Time(stamps[0]), nil
}

// noteLook writes down until when what is known is known.
func noteLook(app core.App, now time.Time) error {
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO _params (id, value, created, updated) VALUES ({:id}, {:now}, {:now}, {:now})
		ON CONFLICT (id) DO UPDATE SET value = {:now}, updated = {:now}`).Bind(dbx.Params{"id": lookKey, "now": record.Stamp(now)}).Execute()
	if err != nil {
		return fmt.Errorf("note the look at the media server: %w", err)
	}
	return nil
}
