package mail_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
)

// A process that dies by kill -9 runs nothing on its way out. These tests run themselves once more as a child
// that queues an email and is killed before, while and after it is sent.
func TestDeliver_ProcessKilled_SendsExactlyOnce(t *testing.T) {
	for _, when := range []struct {
		name    string
		fault   []resendtest.Fault
		recipe  bool // it is still to be written out
		starts  bool // the child's worker
		waitFor int  // requests before the kill
	}{
		{name: "between commit and send"},
		{name: "between commit and send, not written out", recipe: true},
		{name: "written out, while the provider is silent", recipe: true, fault: []resendtest.Fault{resendtest.Hang}, starts: true, waitFor: 1},
		{name: "written out, after the provider took it", recipe: true, fault: []resendtest.Fault{resendtest.AcceptAndHang}, starts: true, waitFor: 1},
		{name: "while the provider is silent", fault: []resendtest.Fault{resendtest.Hang}, starts: true, waitFor: 1},
		{name: "after the provider took it", fault: []resendtest.Fault{resendtest.AcceptAndHang}, starts: true, waitFor: 1},
	} {
		t.Run(when.name, func(t *testing.T) {
			resend := resendtest.New(t)
			resend.FailNext(when.fault...)
			dir := t.TempDir()
			hookstest.WriteDB(t, dir)

			child := exec.Command(os.Args[0], "-test.run=^TestChildThatIsKilled$", "-test.count=1")
			child.Env = append(os.Environ(), "USHER_TEST_DIR="+dir, "USHER_TEST_RESEND="+resend.URL, "USHER_TEST_KEY="+resend.Key)
			if when.starts {
				child.Env = append(child.Env, "USHER_TEST_START=1")
			}
			if when.recipe {
				child.Env = append(child.Env, "USHER_TEST_RECIPE=1")
			}
			out, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			hold, err := child.StdinPipe() // the child lives as long as this is open
			if err != nil {
				t.Fatal(err)
			}
			defer hold.Close()
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			id := ""
			for id == "" && lines.Scan() {
				id, _ = strings.CutPrefix(lines.Text(), "ready ")
				if id == lines.Text() {
					id = ""
				}
			}
			resend.WaitForRequests(t, when.waitFor)
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("the child ended by itself: %v, want an error and it with %q", err, "killed")
			}

			config := hookstest.Config()
			config.ResendKey, config.ResendURL = resend.Key, resend.URL
			app := hookstest.OpenApp(t, dir, config)
			mail.Register(app)
			sendAlways(app)
			registerRenderer(app, nil)
			m, err := mail.FindEmail(app, id)
			if err != nil {
				t.Fatal(err)
			}
			want := mail.Queued
			if when.starts {
				want = mail.Sending
			}
			assertStatus(t, m, want)

			stop := mail.Start(app)
			resend.WaitForRequests(t, when.waitFor+1)
			stop()
			if m, err = mail.FindEmail(app, id); err != nil {
				t.Fatal(err)
			}
			assertStatus(t, m, mail.Sent)
			if delivered := resend.Emails(); len(delivered) != 1 || delivered[0].Key != id || resend.FindLink(delivered[0], "/invite/") != inviteLink {
				t.Errorf("got %d emails: %+v, want 1, %v and %v", len(delivered), delivered, id, inviteLink)
			}
		})
	}
}

func TestChildThatIsKilled(t *testing.T) {
	dir := os.Getenv("USHER_TEST_DIR")
	if dir == "" {
		t.Skip("runs as the child of TestNothingIsLostOrSentTwiceByAKill")
	}
	config := hookstest.Config()
	config.ResendURL, config.ResendKey = os.Getenv("USHER_TEST_RESEND"), os.Getenv("USHER_TEST_KEY")
	app := hookstest.OpenApp(t, dir, config)
	mail.Register(app)
	sendAlways(app)
	registerRenderer(app, nil)
	if os.Getenv("USHER_TEST_START") != "" {
		mail.Start(app)
	}
	id := ""
	if os.Getenv("USHER_TEST_RECIPE") != "" {
		id = queueDeferred(t, app)
	} else {
		id = queue(t, app, newMessage(lucia))
	}
	os.Stdout.WriteString("\nready " + id + "\n")
	_, _ = os.Stdin.Read(make([]byte, 1))
}
