package mail_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
)

// smtpServer takes one letter after another; replies overrides what it answers to a command.
type smtpServer struct {
	net.Listener
	mu      sync.Mutex
	replies map[string]string
	letters []string
}

func newSMTPServer(t testing.TB) *smtpServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &smtpServer{Listener: listener, replies: map[string]string{}}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.serve(conn)
		}
	}()
	return s
}

func (s *smtpServer) serve(conn net.Conn) {
	defer conn.Close()
	say := func(line string) { fmt.Fprint(conn, line+"\r\n") }
	say("220 mail.test")
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		verb := strings.ToUpper(strings.SplitN(lines.Text(), " ", 2)[0])
		s.mu.Lock()
		reply := s.replies[verb]
		s.mu.Unlock()
		switch {
		case reply != "":
			say(reply)
		case verb == "EHLO":
			say("250-mail.test\r\n250 AUTH PLAIN")
		case verb == "AUTH":
			say("235 welcome")
		case verb == "QUIT":
			say("221 bye")
			return
		case verb == "DATA":
			say("354 go on")
			var letter strings.Builder
			for lines.Scan() && lines.Text() != "." {
				letter.WriteString(lines.Text() + "\n")
			}
			s.mu.Lock()
			s.letters = append(s.letters, letter.String())
			s.mu.Unlock()
			say("250 taken")
		default:
			say("250 ok")
		}
	}
}

func (s *smtpServer) reply(verb, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies[verb] = line
}

func TestLettersLeaveBySMTPWithoutAResendKey(t *testing.T) {
	server := newSMTPServer(t)
	config := hookstest.Config()
	config.MailFrom = ""
	app := hookstest.NewWith(t, config)
	mail.Register(app)
	sendAlways(app)
	host, port, err := net.SplitHostPort(server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	set := app.Settings()
	set.Meta.SenderName, set.Meta.SenderAddress = "Halation Mail", "mail@halation.film"
	set.SMTP.Enabled, set.SMTP.Host, set.SMTP.Username, set.SMTP.Password = true, host, "usher", "x"
	if set.SMTP.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	if mail.Mode(app) != "smtp" || !mail.Works(app) {
		t.Fatal("mode", mail.Mode(app))
	}
	ahead := time.Duration(0)
	w := mail.NewWorker(app)
	w.Pace, w.Now = 0, func() time.Time { return time.Now().Add(ahead) }
	find := func(id string) *mail.Outbox {
		m, err := mail.FindOutbox(app, id)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}

	id := queue(t, app, letter(lucia))
	w.Deliver(context.Background())
	status(t, find(id), mail.Sent)
	for _, want := range []string{"Message-ID: <" + id + "@halation.film>", "From: Halation Mail <mail@halation.film>",
		"<" + lucia + ">", "Auto-Submitted: auto-generated", "multipart/alternative"} {
		if !strings.Contains(server.letters[0], want) {
			t.Errorf("no %q in %.600s", want, server.letters[0])
		}
	}

	server.reply("RCPT", "450 greylisted")
	id = queue(t, app, letter(lucia))
	w.Deliver(context.Background())
	status(t, find(id), mail.Queued)
	server.reply("RCPT", "")
	ahead += 10 * time.Second
	w.Deliver(context.Background())
	status(t, find(id), mail.Sent)

	server.reply("RCPT", "550 no such user")
	id = queue(t, app, letter(lucia))
	w.Deliver(context.Background())
	status(t, find(id), mail.Failed)
	if m := find(id); !strings.Contains(m.Error(), "no such user") || m.Unreachable() {
		t.Errorf("error %q", m.Error())
	}

	server.reply("RCPT", "550 5.1.1 unknown here")
	id = queue(t, app, letter(lucia))
	w.Deliver(context.Background())
	if m := find(id); m.Status() != mail.Failed || !m.Unreachable() || !strings.Contains(m.Error(), "The address does not exist") {
		t.Errorf("%s: %q", m.Status(), m.Error())
	}

	server.reply("RCPT", "")
	server.reply("AUTH", "535 wrong password")
	id = queue(t, app, letter(lucia))
	w.Deliver(context.Background())
	status(t, find(id), mail.Queued)
	if !strings.Contains(w.Trouble(), "wrong password") {
		t.Errorf("trouble %q", w.Trouble())
	}
	server.reply("AUTH", "")
	ahead += 10 * time.Minute
	w.Deliver(context.Background())
	status(t, find(id), mail.Sent)
	if w.Trouble() != "" || len(server.letters) != 3 {
		t.Errorf("%d letters, trouble %q", len(server.letters), w.Trouble())
	}
}
