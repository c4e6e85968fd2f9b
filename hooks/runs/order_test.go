package runs_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"pgregory.net/rapid"

	"usher/hooks/actors"
	"usher/hooks/hookstest"
	"usher/hooks/plans"
	"usher/hooks/runs"
	"usher/hooks/seats"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
)

// Whatever starts, ends, crashes or expires concurrently, no more sessions run than there are licences, a fresh count agrees,
// and sessions that ended stay ended.
func TestLicences_RandomOperations_StayWithinLimit(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("25")
	}
	rapid.Check(t, func(r *rapid.T) {
		w := newLicenceModel(t, r)
		defer hookstest.CloseApp(w.app)
		r.Repeat(map[string]func(*rapid.T){
			"schedule": w.schedule, "start several concurrently": w.start, "start by a bare save": w.startBySave, "end": w.end, "end and start concurrently": w.endAndStart,
			"empty": w.empty, "time": w.advanceTime, "crash": w.crash, "licences": w.licences, "extend": w.extend, "": w.check,
		})
	})
}

type licenceModel struct {
	t     *testing.T
	app   *core.BaseApp
	team  *teams.Team
	host  *actors.Actor
	ended map[string]bool
	media map[string]string // room by session
}

func newLicenceModel(t *testing.T, r *rapid.T) *licenceModel {
	app := hookstest.NewApp(t)
	team := hookstest.Team(t, app, hookstest.Account(t, app, "owner@x.example"), "Halation", "pro")
	host := hookstest.Member(t, app, team, "host@x.example", "organizer")
	w := &licenceModel{t, app, team, hookstest.Actor(t, app, host, team), map[string]bool{}, map[string]string{}}
	for range 3 {
		w.schedule(r)
	}
	return w
}

func (w *licenceModel) idsByStatus(status string) []string {
	var ids []string
	if err := w.app.DB().NewQuery("SELECT id FROM sessions WHERE status = {:s} ORDER BY created, id").Bind(dbx.Params{"s": status}).Column(&ids); err != nil {
		w.t.Fatal(err)
	}
	return ids
}

// draw draws up to n of the sessions with that status.
func (w *licenceModel) draw(r *rapid.T, status string, n int) []string {
	ids := w.idsByStatus(status)
	if len(ids) == 0 {
		return nil
	}
	drawn := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, min(n, len(ids)), rapid.ID[string]).Draw(r, status)
	return drawn
}

// requireNoFault fails the walk for anything but success or a refusal.
func (w *licenceModel) requireNoFault(r *rapid.T, err error) {
	if err != nil && errs.Code(err) == "" {
		r.Fatal(err)
	}
}

func (w *licenceModel) schedule(r *rapid.T) {
	form := sessions.Form{Starts: time.Now().Add(5 * time.Minute)}
	if rapid.IntRange(0, 4).Draw(r, "elsewhere") == 0 {
		form.ExternalLink = "https://meet.example.org/x"
	}
	_, err := sessions.Schedule(w.app, w.host, hookstest.DefaultSessionForm(form))
	w.requireNoFault(r, err)
}

func (w *licenceModel) start(r *rapid.T) {
	ids := w.draw(r, sessions.Scheduled, 4)
	for _, err := range hookstest.Race(len(ids), func(i int) error { _, err := runs.Start(w.app, w.host, ids[i]); return err }) {
		w.requireNoFault(r, err)
	}
}

func (w *licenceModel) startBySave(r *rapid.T) {
	for _, id := range w.draw(r, sessions.Scheduled, 2) {
		row := hookstest.FindRecord(w.t, w.app, "sessions", id)
		row.Set("status", sessions.Running)
		w.requireNoFault(r, w.app.Save(row))
	}
}

func (w *licenceModel) end(r *rapid.T) {
	for _, id := range w.draw(r, sessions.Running, 2) {
		w.requireNoFault(r, runs.End(w.app, w.host, id))
	}
}

func (w *licenceModel) endAndStart(r *rapid.T) {
	ending, starting := w.draw(r, sessions.Running, 2), w.draw(r, sessions.Scheduled, 3)
	for _, err := range hookstest.Race(len(ending)+len(starting), func(i int) error {
		if i < len(ending) {
			return runs.End(w.app, w.host, ending[i])
		}
		_, err := runs.Start(w.app, w.host, starting[i-len(ending)])
		return err
	}) {
		w.requireNoFault(r, err)
	}
}

func (w *licenceModel) empty(r *rapid.T) {
	for _, id := range w.draw(r, sessions.Running, 2) {
		row := hookstest.FindRecord(w.t, w.app, "sessions", id)
		row.Set("empty", time.Now().Add(-11*time.Minute))
		w.requireNoFault(r, w.app.Save(row))
	}
	w.requireNoFault(r, runs.Sweep(w.app, time.Now()))
}

func (w *licenceModel) advanceTime(r *rapid.T) {
	w.requireNoFault(r, runs.Sweep(w.app, time.Now().Add(time.Duration(rapid.IntRange(0, 100).Draw(r, "minutes"))*time.Minute)))
}

// crash is a server that was down for days.
func (w *licenceModel) crash(r *rapid.T) {
	w.requireNoFault(r, runs.Sweep(w.app, time.Now().Add(72*time.Hour)))
	if running := w.idsByStatus(sessions.Running); len(running) != 0 {
		r.Fatalf("%v run for ever, want 0", running)
	}
}

func (w *licenceModel) licences(r *rapid.T) {
	team := hookstest.FindRecord(w.t, w.app, "teams", w.team.Id)
	team.Set("licences", rapid.SampledFrom([]int{0, 1, 2, 3, plans.Unlimited}).Draw(r, "licences"))
	w.requireNoFault(r, w.app.Save(team))
}

func (w *licenceModel) extend(r *rapid.T) {
	for _, id := range w.draw(r, sessions.Running, 1) {
		_, err := runs.Extend(w.app, w.host, id, 15)
		w.requireNoFault(r, err)
	}
}

func (w *licenceModel) check(r *rapid.T) {
	use, err := runs.Licences(w.app, w.team.Id)
	if err != nil {
		r.Fatal(err)
	}
	counted, err := seats.Of(w.app, w.team.Id)
	running := w.idsByStatus(sessions.Running)
	if err != nil || use.Used() != len(running) || counted.Licences.Used != len(running) {
		r.Fatalf("in use %d, counted %d, running %d, %v, want %v and %v", use.Used(), counted.Licences.Used, len(running), err, len(running), len(running))
	}
	if use.Limit != plans.Unlimited && len(running) > use.Limit {
		r.Fatalf("%d run with %d licences", len(running), use.Limit)
	}
	var rows []struct {
		ID, Status, Media, Started, Ended, Elsewhere string
	}
	if err := w.app.DB().NewQuery("SELECT id, status, media, started, ended, elsewhere FROM sessions").All(&rows); err != nil {
		r.Fatal(err)
	}
	used := map[string]string{}
	for _, s := range rows {
		switch {
		case w.ended[s.ID] && s.Status != sessions.Ended:
			r.Fatalf("%s ended, and is %s", s.ID, s.Status)
		case w.media[s.ID] != "" && w.media[s.ID] != s.Media:
			r.Fatalf("%s changed its media room", s.ID)
		case s.Media != "" && used[s.Media] != "":
			r.Fatalf("%s is the media room of two", s.Media)
		case (s.Status == sessions.Running) != (s.Started != "" && s.Ended == ""), s.Ended != "" && s.Ended < s.Started:
			r.Fatalf("%s is %s from %q to %q", s.ID, s.Status, s.Started, s.Ended)
		case (s.Status != sessions.Scheduled && s.Elsewhere == "") != (s.Media != ""):
			r.Fatal(fmt.Sprintf("%s is %s with the media room %q", s.ID, s.Status, s.Media))
		}
		w.ended[s.ID], w.media[s.ID], used[s.Media] = s.Status == sessions.Ended, s.Media, s.ID
	}
}
