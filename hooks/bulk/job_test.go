package bulk_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/actors"
	"usher/hooks/bulk"
	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/jobs"
)

// start starts a job on the named rows.
func (f *fixture) start(who string, action bulk.Action, ids []string) *bulk.Job {
	f.Helper()
	job, err := bulk.Start(f.app, f.actor(who), action, ids, "")
	f.must(err)
	return job
}

// work does everything that waits, and reads the job again.
func (f *fixture) work(job *bulk.Job) *bulk.Job {
	f.Helper()
	worker := bulk.NewWorker(f.app)
	for f.step(worker) {
	}
	return f.reload(job)
}

func (f *fixture) step(worker *jobs.Queue) (worked bool) {
	f.Helper()
	worked, err := worker.Step()
	f.must(err)
	return worked
}

func (f *fixture) reload(job *bulk.Job) *bulk.Job {
	f.Helper()
	job, err := bulk.FindJob(f.app, f.team.Id, job.ID)
	f.must(err)
	return job
}

// inviteMany invites n addresses, and returns the ids of their invitations.
func (f *fixture) inviteMany(n int) (ids []string) {
	f.Helper()
	for i := range n {
		ids = append(ids, hookstest.Invite(f.T, f.app, f.users["owner"], f.team, fmt.Sprintf("many%d@x.example", i)).ID)
	}
	return ids
}

// A job comes to the same as Do: the same results, the same audit entries.
func TestJob_EveryKindOfRow_IsAsDo(t *testing.T) {
	for name, action := range map[string]bulk.Action{
		"remove": {Kind: bulk.Remove}, "revoke": {Kind: bulk.Revoke}, "role": {Kind: bulk.RevokeRole, Role: actors.Roles{Organizer: true}},
		"clear": {Kind: bulk.Clear}, "tag": {Kind: bulk.Tag, AddTags: []string{"Vendor"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := newFixture(t, false), newFixture(t, false)
			want, err := bulk.Do(a.app, a.actor("admin"), action, a.idsOf(rowNames...))
			a.must(err)
			job := b.work(b.start("admin", action, b.idsOf(rowNames...)))
			got, err := job.Result(b.app)
			b.must(err)
			if job.Status != bulk.JobDone || job.Done != len(rowNames) || job.Skipped != len(want.WithStatus(bulk.Skipped)) || !slices.Equal(statusesOf(got), statusesOf(want)) {
				t.Errorf("got %s, %d done, %d skipped:\n%v\nwant\n%v", job.Status, job.Done, job.Skipped, statusesOf(got), statusesOf(want))
			}
			if got.Freed() != want.Freed() {
				t.Errorf("got freed %+v, want %+v", got.Freed(), want.Freed())
			}
			b.assertAudited(got, "admin")
		})
	}
}

func TestJob_Interrupted_Continues(t *testing.T) {
	f := newFixture(t, false)
	ids := f.inviteMany(45)
	job := f.start("owner", bulk.Action{Kind: bulk.Revoke}, append(ids, ids...))
	f.step(bulk.NewWorker(f.app))
	if job = f.reload(job); job.Status != bulk.JobRunning || job.Done != 20 || job.Total != 45 {
		t.Fatalf("got %s, %d of %d, want running, 20 of 45", job.Status, job.Done, job.Total)
	}
	hookstest.Exec(t, f.app, "UPDATE bulk_jobs SET done = 19", nil) // the crash came before the last result was stored
	job = f.work(job)                                               // by a new worker
	result, err := job.Result(f.app)
	f.must(err)
	if job.Status != bulk.JobDone || len(result.WithStatus(bulk.Revoked)) != 44 || result.Rows[19].Code != invitations.CodeRevoked {
		t.Errorf("got %s and %v", job.Status, statusesOf(result))
	}
	if n := hookstest.Count(t, f.app, "audit", dbx.HashExp{"action": "invitation.revoke", "result": "ok"}); n != 45 {
		t.Errorf("got %d audit entries, want one for each of 45", n)
	}
}

func TestJob_Stopped_LeavesTheRest(t *testing.T) {
	f := newFixture(t, false)
	job := f.start("owner", bulk.Action{Kind: bulk.Revoke}, f.inviteMany(45))
	f.step(bulk.NewWorker(f.app))
	_, err := bulk.StopJob(f.app, f.actor("member"), job.ID)
	hookstest.AssertCode(t, "a member", err, errs.CodeNotAllowed)
	_, err = bulk.StopJob(f.app, f.actor("admin"), job.ID)
	f.must(err)
	if job = f.work(job); job.Status != bulk.JobStopped || job.Done != 20 || job.Reason == "" {
		t.Errorf("got %s after %d: %s", job.Status, job.Done, job.Reason)
	}
	_, err = bulk.StopJob(f.app, f.actor("admin"), job.ID)
	hookstest.AssertCode(t, "again", err, bulk.CodeJobEnded)
	if n := hookstest.Count(t, f.app, "invitations", dbx.NewExp("status = 'pending' AND email LIKE 'many%'")); n != 25 {
		t.Errorf("%d are pending, want 25", n)
	}
}

func TestJob_ActorLosesRights_Stops(t *testing.T) {
	f := newFixture(t, false)
	job := f.start("admin", bulk.Action{Kind: bulk.Revoke}, f.inviteMany(45))
	f.step(bulk.NewWorker(f.app))
	_, err := members.RevokeRoles(f.app, f.actor("owner"), f.ids["admin"], actors.Roles{Admin: true}, members.Handover{})
	f.must(err)
	if job = f.work(job); job.Status != bulk.JobStopped || job.Done != 20 {
		t.Errorf("got %s after %d: %s, want it stopped after 20", job.Status, job.Done, job.Reason)
	}
}

// A session that was scheduled after the action started, when nothing had to be decided, isn't cancelled.
func TestJob_SessionScheduledMeanwhile_SkipsItsHost(t *testing.T) {
	for name, action := range map[string]bulk.Action{"remove": {Kind: bulk.Remove}, "role": {Kind: bulk.RevokeRole, Role: actors.Roles{Organizer: true}}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, true)
			f.team.Set("organizer_seats", 10) // otherwise every member can host
			f.must(f.app.Save(f.team))
			action.HandOver.Undecided = true
			job := f.start("owner", action, f.idsOf("organizer", "asked"))
			hookstest.ScheduleSession(t, f.app, f.users["organizer"], f.team, sessions.Form{})
			job = f.work(job)
			result, err := job.Result(f.app)
			f.must(err)
			if len(result.Rows) != 2 || result.Rows[0].Code != sessions.CodeUndecided || result.Rows[1].Status == bulk.Skipped {
				t.Errorf("got %v, want only the host to be skipped", statusesOf(result))
			}
			if n := hookstest.Count(t, f.app, "sessions", dbx.HashExp{"status": sessions.Scheduled}); n != 1 {
				t.Errorf("%d sessions are scheduled, want 1", n)
			}
		})
	}
}

func TestStart_Refused(t *testing.T) {
	f := newFixture(t, false)
	many := make([]string, bulk.MaxJobRows+1)
	for n := range many {
		many[n] = fmt.Sprintf("%015d", n)
	}
	revoke := bulk.Action{Kind: bulk.Revoke}
	_, err := bulk.Start(f.app, f.actor("member"), revoke, many[:1], "")
	hookstest.AssertCode(t, "a member", err, errs.CodeNotAllowed)
	_, err = bulk.Start(f.app, f.actor("owner"), revoke, many, "")
	hookstest.AssertCode(t, "too many rows", err, errs.CodeTooMany)
	_, err = bulk.Start(f.app, f.actor("owner"), revoke, nil, "")
	hookstest.AssertCode(t, "no rows", err, "required")
	_, err = bulk.Start(f.app, f.actor("owner"), bulk.Action{Kind: bulk.Resend}, many[:1], "")
	hookstest.AssertCode(t, "links that would be lost", err, errs.CodeTooMany)
	hookstest.ScheduleSession(t, f.app, f.users["organizer"], f.team, sessions.Form{})
	_, err = bulk.Start(f.app, f.actor("owner"), bulk.Action{Kind: bulk.Remove, HandOver: members.Handover{Undecided: true}}, f.idsOf("organizer"), "")
	hookstest.AssertCode(t, "undecided sessions", err, sessions.CodeUndecided)
	for range 5 {
		f.start("owner", revoke, many[:1])
	}
	_, err = bulk.Start(f.app, f.actor("owner"), revoke, many[:1], "")
	hookstest.AssertCode(t, "too many jobs", err, errs.CodeTooMany)
	if _, err := bulk.FindJob(f.app, f.other.Id, f.activeJob()); err == nil {
		t.Error("another team finds the job")
	}
}

func TestStart_TooManyInAnHour_IsRefused(t *testing.T) {
	f := newFixture(t, false)
	action := bulk.Action{Kind: bulk.Tag, AddTags: []string{"Vendor"}}
	for range 60 {
		f.work(f.start("admin", action, f.idsOf("unknown")))
	}
	_, err := bulk.Start(f.app, f.actor("owner"), action, f.idsOf("member"), "")
	hookstest.AssertCode(t, "one more", err, errs.CodeTooMany)
	if _, err := bulk.Start(f.app, hookstest.Actor(t, f.app, f.users["rival"], f.other), action, f.idsOf("theirs"), ""); err != nil {
		t.Errorf("another team: %v", err)
	}
}

// An error of the database doesn't mean that the person who started the job has no rights any more.
func TestJob_AccountCannotBeRead_Continues(t *testing.T) {
	f := newFixture(t, false)
	job := f.start("admin", bulk.Action{Kind: bulk.Tag, AddTags: []string{"Vendor"}}, f.idsOf("member"))
	hookstest.Exec(t, f.app, "ALTER TABLE users RENAME TO users_away", nil)
	if _, err := bulk.NewWorker(f.app).Step(); err == nil {
		t.Error("got no error, want that of the database")
	}
	hookstest.Exec(t, f.app, "ALTER TABLE users_away RENAME TO users", nil)
	if job = f.work(job); job.Status != bulk.JobDone {
		t.Errorf("got %s: %s", job.Status, job.Reason)
	}
}

// activeJob returns the id of a job of the team.
func (f *fixture) activeJob() string {
	f.Helper()
	job, err := bulk.FindActiveJob(f.app, f.team.Id)
	f.must(err)
	return job.ID
}
