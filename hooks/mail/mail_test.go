package mail_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"
	"github.com/pocketbase/pocketbase/tools/types"

	"usher/hooks/emails"
	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/tools/errs"
)

const (
	lucia      = "lucia@halation.film"
	inviteLink = "http://usher.test/invite/usi_s3cr3t-t0ken-that-nobody-reads"
)

// fixture is an app with a stub of Resend and a worker whose clock the test controls.
type fixture struct {
	*core.BaseApp
	*mail.Worker
	resend      *resendtest.Server
	clockOffset atomic.Int64 // the stub reads it in its own goroutines
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL, config.WebhookSecret = resend.Key, resend.URL, resendtest.WebhookSecret
	o := &fixture{BaseApp: hookstest.NewAppWith(t, config), resend: resend}
	mail.Register(o.BaseApp)
	sendAlways(o.BaseApp)
	o.Worker = o.newWorker()
	resend.Now = o.now
	return o
}

// sendAlways lets emails of these tests be sent whatever they are about.
func sendAlways(app core.App) {
	mail.RegisterCondition(app, mail.AlwaysSend, mail.KindInvitation, mail.KindRoleInvitation, mail.KindRoleRevoked, mail.KindRemoved, mail.KindResetPassword,
		mail.KindConfirmAddress, mail.KindChangeAddress, mail.KindTest)
}

func (o *fixture) now() time.Time { return time.Now().Add(o.clock()) }

// clock is how far the clock of the worker and of the stub is ahead of time.Now.
func (o *fixture) clock() time.Duration { return time.Duration(o.clockOffset.Load()) }

func (o *fixture) setClock(ahead time.Duration) { o.clockOffset.Store(int64(ahead)) }

func (o *fixture) newWorker() *mail.Worker {
	w := mail.NewWorker(o.BaseApp)
	w.MinInterval, w.Timeout, w.Now = 0, 10*time.Second, o.now
	return w
}

func (o *fixture) deliver() (idle time.Duration, err error) { return o.Deliver(context.Background()) }

func (o *fixture) find(t testing.TB, id string) *mail.Email {
	t.Helper()
	m, err := mail.FindEmail(o.BaseApp, id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func newMessage(to string) mail.Message {
	l := emails.Invitation(emails.InvitationProps{To: to, ToName: "Herrera, Lucía",
		Team: emails.TeamProps{Name: "Halation Post"}, Inviter: "Marta Oliveira", Link: inviteLink,
		Expires: time.Date(2026, 11, 26, 14, 32, 0, 0, time.UTC)})
	l.About = "about0000000001"
	return l
}

func queue(t testing.TB, app core.App, l mail.Message) (id string) {
	t.Helper()
	id, err := mail.Queue(app, l)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func assertStatus(t testing.TB, m *mail.Email, want string) {
	t.Helper()
	if m.Status() != want {
		t.Fatalf("email is %s (%s), want %s", m.Status(), m.LastError(), want)
	}
}

func TestDeliver_SendsEmailAndErasesContent(t *testing.T) {
	o := newFixture(t)
	id := queue(t, o, newMessage(lucia))
	assertStatus(t, o.find(t, id), mail.Queued)
	o.deliver()

	got := o.resend.WaitFor(t, lucia)
	if got.Key != id || got.From != "usher@usher.test" || got.FromName != "Usher" || got.ToName != "Herrera, Lucía" ||
		got.Subject != "Marta Oliveira invited you to join Halation Post" || got.Headers["Auto-Submitted"] != "auto-generated" {
		t.Errorf("delivered %+v", got)
	}
	if link := o.resend.FindLink(got, "/invite/"); link != inviteLink {
		t.Errorf("link %q, want %v", link, inviteLink)
	}
	m := o.find(t, id)
	assertStatus(t, m, mail.Sent)
	if m.GetString("sealed") != "" || m.SentAt().IsZero() || m.ProviderID() != got.ID || m.Attempts() != 1 {
		t.Errorf("row %v", m.PublicExport())
	}
	if mail.TransportName(o) != "resend" || !mail.Enabled(o) || mail.Problem(o) != "" {
		t.Error("mode", mail.TransportName(o))
	}
}

func TestQueue_InTransaction_IsSentAfterCommit(t *testing.T) {
	o := newFixture(t)
	defer o.Start()()
	err := o.RunInTransaction(func(tx core.App) error {
		queue(t, tx, newMessage(lucia))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	o.resend.WaitFor(t, lucia)
}

func TestWorker_RunsUnderServeOnly(t *testing.T) {
	o := newFixture(t)
	id := queue(t, o, newMessage(lucia))
	if o.resend.Requests() != 0 {
		t.Error("an email left without serve")
	}
	serve := hookstest.NewServeEvent(t, o)
	if err := o.OnServe().Trigger(serve, func(*core.ServeEvent) error { return nil }); err != nil {
		t.Fatal(err)
	}
	o.resend.WaitFor(t, lucia)
	if err := o.OnTerminate().Trigger(&core.TerminateEvent{App: o}); err != nil {
		t.Fatal(err)
	}
	assertStatus(t, o.find(t, id), mail.Sent)
	queue(t, o, newMessage("pedro@halation.film"))
	if n := o.resend.Requests(); n != 1 {
		t.Errorf("%d requests after the end, want 1", n)
	}
}

func TestQueue_TransactionRolledBack_SendsNothing(t *testing.T) {
	o := newFixture(t)
	boom := errors.New("seats are full")
	err := o.RunInTransaction(func(tx core.App) error {
		queue(t, tx, newMessage(lucia))
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	o.deliver()
	if n := hookstest.Count(t, o, "outbox"); n != 0 || o.resend.Requests() != 0 {
		t.Errorf("%d rows, %d requests, want 0 and 0", n, o.resend.Requests())
	}
}

func TestQueue_LinkIsNotOnDiskInClearText(t *testing.T) {
	o := newFixture(t)
	queue(t, o, newMessage(lucia))
	var found bool
	for _, name := range []string{"data.db", "data.db-wal", "auxiliary.db", "auxiliary.db-wal"} {
		content, err := os.ReadFile(filepath.Join(o.DataDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(content, []byte(lucia))
		for _, part := range []string{"s3cr3t", "Accept invitation", "invited you"} {
			if bytes.Contains(content, []byte(part)) {
				t.Errorf("%s holds %q", name, part)
			}
		}
	}
	if !found {
		t.Error("not even the recipient was found: this test looks in the wrong place")
	}
}

func TestDeliver_ContentSealedForOtherRow_Fails(t *testing.T) {
	o := newFixture(t)
	a, b := queue(t, o, newMessage(lucia)), queue(t, o, newMessage("pedro@halation.film"))
	row := o.find(t, a)
	row.Set("sealed", o.find(t, b).GetString("sealed"))
	if err := o.Save(row); err != nil {
		t.Fatal(err)
	}
	o.deliver()
	assertStatus(t, o.find(t, a), mail.Failed)
	assertStatus(t, o.find(t, b), mail.Sent)
}

func TestKeyFile(t *testing.T) {
	path := func(o *fixture) string { return filepath.Join(o.DataDir(), "usher.key") }

	t.Run("is made for its owner only", func(t *testing.T) {
		o := newFixture(t)
		queue(t, o, newMessage(lucia))
		info, err := os.Stat(path(o))
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
			t.Fatal(info, err)
		}
		files, err := os.ReadDir(o.DataDir())
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasPrefix(file.Name(), "usher.key.") {
				t.Error("left behind", file.Name())
			}
		}
	})
	for _, bad := range []struct {
		name    string
		content []byte
		mode    os.FileMode
		says    string
	}{
		{"is refused when others can read it", make([]byte, 32), 0o640, "chmod 600"},
		{"is refused when it is too short", make([]byte, 31), 0o600, "32 bytes"},
		{"is refused when it is too long", make([]byte, 33), 0o600, "32 bytes"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			o := newFixture(t)
			if err := os.WriteFile(path(o), bad.content, bad.mode); err != nil {
				t.Fatal(err)
			}
			_, err := mail.Queue(o, newMessage(lucia))
			if err == nil || !strings.Contains(err.Error(), bad.says) {
				t.Errorf("error %v, want an error and it with %q", err, bad.says)
			}
			if err := o.OnServe().Trigger(hookstest.NewServeEvent(t, o)); err == nil || !strings.Contains(err.Error(), bad.says) {
				t.Errorf("serve started: %v, want an error and it with %q", err, bad.says)
			}
		})
	}
	t.Run("is created again when it is missing, which is said when emails wait", func(t *testing.T) {
		o := newFixture(t)
		queue(t, o, newMessage(lucia))
		if err := os.Remove(path(o)); err != nil {
			t.Fatal(err)
		}
		var console bytes.Buffer
		config := hookstest.Config()
		config.Console = &console
		app := hookstest.OpenApp(t, o.DataDir(), config)
		if err := app.OnServe().Trigger(hookstest.NewServeEvent(t, app), func(*core.ServeEvent) error {
			if said := console.String(); !strings.Contains(said, "usher.key was missing") || !strings.Contains(said, "(1)") {
				t.Errorf("the console says %q, want it to contain %q and %q", said, "usher.key was missing", "(1)")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("stays out of backups", func(t *testing.T) {
		o := newFixture(t)
		queue(t, o, newMessage(lucia))
		if err := o.CreateBackup(context.Background(), "backup.zip"); err != nil {
			t.Fatal(err)
		}
		backup, err := zip.OpenReader(filepath.Join(o.DataDir(), "backups", "backup.zip"))
		if err != nil {
			t.Fatal(err)
		}
		defer backup.Close()
		var names []string
		for _, file := range backup.File {
			names = append(names, file.Name)
		}
		if slices.Contains(names, "usher.key") || !slices.Contains(names, "data.db") {
			t.Error(names)
		}
		kept := &core.BackupEvent{App: o}
		if err := o.OnBackupRestore().Trigger(kept); err != nil || !slices.Contains(kept.Exclude, "usher.key") {
			t.Error("a restore takes the key away", kept.Exclude, err)
		}
	})
}

func TestQueue_InvalidMessage_IsRefused(t *testing.T) {
	o := newFixture(t)
	for name, change := range map[string]func(*mail.Message){
		"no recipient":                func(l *mail.Message) { l.To = "" },
		"a recipient with a name":     func(l *mail.Message) { l.To = "Lucia <" + lucia + ">" },
		"two recipients":              func(l *mail.Message) { l.To = lucia + ", pedro@halation.film" },
		"a header in the recipient":   func(l *mail.Message) { l.To = lucia + "\r\nBcc: all@halation.film" },
		"no subject":                  func(l *mail.Message) { l.Subject = "\r\n" },
		"no content":                  func(l *mail.Message) { l.HTML, l.Text = "", "" },
		"no kind":                     func(l *mail.Message) { l.Kind = "" },
		"more than an email can hold": func(l *mail.Message) { l.HTML = strings.Repeat("x", 2_000_000) },
	} {
		l := newMessage(lucia)
		change(&l)
		if _, err := mail.Queue(o, l); err == nil {
			t.Errorf("%s: queued, want an error", name)
		}
	}
}

func TestQueue_HostileNames_DoNotBreakHeaders(t *testing.T) {
	o := newFixture(t)
	for _, name := range []string{
		"Lucía\r\nBcc: all@halation.film", `Lucía "the eye" O'Neil \ Co.`, "Herrera, Lucía; <x@y.z>", "a@b.c",
		"\u202egnp.exe", "李 小龙", "", strings.Repeat("ü", 300),
	} {
		l := newMessage(lucia)
		l.ToName, l.Subject = name, "Hello "+name
		queue(t, o, l)
		o.deliver()
		got := o.resend.WaitFor(t, lucia)
		if strings.ContainsAny(got.ToName+got.Subject, "\r\n\u202e") || len([]rune(got.ToName)) > 100 {
			t.Errorf("%q arrived as %q, subject %q", name, got.ToName, got.Subject)
		}
		if !strings.ContainsAny(name, "\r\n\u202e") && len(name) < 100 && got.ToName != name {
			t.Errorf("%q arrived as %q", name, got.ToName)
		}
	}
}

func TestMailer_PocketBaseMail_GoesThroughOutbox(t *testing.T) {
	o := newFixture(t)
	superusers, err := o.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	operator := core.NewRecord(superusers)
	operator.SetEmail("op@usher.test")
	operator.SetPassword("a long enough password")
	if err := o.Save(operator); err != nil {
		t.Fatal(err)
	}
	if err := o.RunInTransaction(func(tx core.App) error { // the outbox joins a transaction that is open
		return mails.SendRecordPasswordReset(tx, operator)
	}); err != nil {
		t.Fatal(err)
	}
	if o.resend.Requests() != 0 {
		t.Error("the network was used before the commit")
	}
	o.deliver()
	got := o.resend.WaitFor(t, "op@usher.test")
	if got.From != "usher@usher.test" || !strings.Contains(got.Text, "http") || !strings.Contains(got.HTML, "<a") {
		t.Errorf("%+v, want %q, it with %q and it with %q", got, "usher@usher.test", "http", "<a")
	}
	rows, err := o.FindAllRecords("outbox")
	if err != nil || len(rows) != 1 || rows[0].GetString("kind") != mail.KindPocketBase || rows[0].GetInt("priority") != 0 {
		t.Error(rows, err)
	}
}

func TestDeliveryStates_AndCountEmails(t *testing.T) {
	o := newFixture(t)
	start := time.Now().Add(-time.Second)
	first := newMessage(lucia)
	queue(t, o, first)
	o.deliver()
	second := newMessage("nobody@halation.film")
	second.About = "about0000000002"
	o.resend.FailNext(resendtest.Reject(422, "validation_error", "Invalid `to` field. See http://usher.test/invite/usi_s3cr3t"))
	queue(t, o, second)
	o.deliver()

	states, err := mail.DeliveryStates(o, []string{first.About, second.About, "about0000000003"})
	if err != nil || len(states) != 2 {
		t.Fatal(states, err)
	}
	if s := states[first.About]; s.Status != mail.Sent || s.At.Before(start) || s.Error != "" {
		t.Errorf("first %+v", s)
	}
	if s := states[second.About]; s.Status != mail.Failed || s.Error != "This isn't a valid email address. Correct it and send the email again. Resend says: “Invalid `to` field. See http://usher.test”" {
		t.Errorf("second %+v", s)
	}
	queue(t, o, first) // sent again: the newest email counts
	if states, err = mail.DeliveryStates(o, []string{first.About}); err != nil || states[first.About].Status != mail.Queued {
		t.Error(states, err)
	}
	if states, err = mail.DeliveryStates(o, nil); err != nil || len(states) != 0 {
		t.Error(states, err)
	}

	n, last, err := mail.CountEmails(o, first.About, start)
	if err != nil || n != 2 || last.Before(start) {
		t.Error(n, last, err)
	}
	if n, last, err = mail.CountEmails(o, first.About, time.Now().Add(time.Minute)); err != nil || n != 0 || !last.IsZero() {
		t.Error(n, last, err)
	}
}

func TestRules_StatusChanges_HoldForEveryWriter(t *testing.T) {
	tests := []struct {
		name   string
		from   string
		change func(*mail.Email)
		ok     bool
	}{
		{"queued to sending", mail.Queued, func(m *mail.Email) { m.Set("status", mail.Sending) }, true},
		{"queued to failed", mail.Queued, func(m *mail.Email) { m.Set("status", mail.Failed) }, true},
		{"queued to sent", mail.Queued, func(m *mail.Email) { m.Set("status", mail.Sent) }, false},
		{"sending to queued", mail.Sending, func(m *mail.Email) { m.Set("status", mail.Queued) }, true},
		{"sending to sent", mail.Sending, func(m *mail.Email) { m.Set("status", mail.Sent) }, true},
		{"sent to queued", mail.Sent, func(m *mail.Email) { m.Set("status", mail.Queued) }, false},
		{"sent to failed", mail.Sent, func(m *mail.Email) { m.Set("status", mail.Failed) }, false},
		{"failed to queued", mail.Failed, func(m *mail.Email) { m.Set("status", mail.Queued) }, false},
		{"another recipient", mail.Queued, func(m *mail.Email) { m.Set("recipient", "eve@halation.film") }, false},
		{"another record", mail.Queued, func(m *mail.Email) { m.Set("about", "about0000000009") }, false},
		{"content taken away", mail.Queued, func(m *mail.Email) { m.Set("sealed", "") }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := newFixture(t)
			m := o.find(t, queue(t, o, newMessage(lucia)))
			path := map[string][]string{mail.Sending: {mail.Sending}, mail.Sent: {mail.Sending, mail.Sent}, mail.Failed: {mail.Failed}}
			for _, status := range path[test.from] {
				m.Set("status", status)
				if err := o.Save(m); err != nil {
					t.Fatal(err)
				}
			}
			m = o.find(t, m.Id)
			test.change(m)
			err := o.Save(m)
			if (err == nil) != test.ok || err != nil && errs.Code(err) != "bad_letter" {
				t.Fatalf("error %v", err)
			}
			m = o.find(t, m.Id)
			if final := m.Status() == mail.Sent || m.Status() == mail.Failed; final != (m.GetString("sealed") == "") {
				t.Errorf("%s, sealed %q", m.Status(), m.GetString("sealed"))
			}
		})
	}
	t.Run("made as sent", func(t *testing.T) {
		o := newFixture(t)
		m, err := mail.NewEmail(o)
		if err != nil {
			t.Fatal(err)
		}
		m.Load(map[string]any{"kind": "x", "recipient": lucia, "status": mail.Sent, "due": types.NowDateTime(), "sealed": "x"})
		if err := o.Save(m); errs.Code(err) != "bad_letter" {
			t.Errorf("error %v, want %q", err, "bad_letter")
		}
	})
}

func TestPrune_DeletesFinishedEmailsOnly(t *testing.T) {
	o := newFixture(t)
	sent := queue(t, o, newMessage(lucia))
	o.deliver()
	if n, oldest, err := mail.Backlog(o); err != nil || n != 0 || !oldest.IsZero() {
		t.Error(n, oldest, err)
	}
	waits := queue(t, o, newMessage("pedro@halation.film"))
	if n, oldest, err := mail.Backlog(o); err != nil || n != 1 || time.Since(oldest) > time.Minute {
		t.Error(n, oldest, err)
	}
	if n, err := mail.Prune(o, time.Now().Add(-time.Hour)); err != nil || n != 0 {
		t.Error(n, err)
	}
	if n, err := mail.Prune(o, time.Now().Add(time.Hour)); err != nil || n != 1 {
		t.Error(n, err)
	}
	if _, err := mail.FindEmail(o, sent); err == nil {
		t.Error("the sent email is still listed")
	}
	assertStatus(t, o.find(t, waits), mail.Queued)
}
