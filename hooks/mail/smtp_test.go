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

// smtpServer accepts emails; replies overrides its response to a command.
type smtpServer struct {
	net.Listener
	mu       sync.Mutex
	replies  map[string]string
	messages []string
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
			var email strings.Builder
			for lines.Scan() && lines.Text() != "." {
				email.WriteString(lines.Text() + "\n")
			}
			s.mu.Lock()
			s.messages = append(s.messages, email.String())
			s.mu.Unlock()
			say("250 taken")
		default:
			say("250 ok")
		}
	}
}

func (s *smtpServer) setReply(verb, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies[verb] = line
}

func TestDeliver_SMTP_SendsRetriesAndReportsProblems(t *testing.T) {
	server := newSMTPServer(t)
	config := hookstest.Config()
	config.MailFrom = ""
	app := hookstest.NewAppWith(t, config)
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
	if mail.TransportName(app) != "smtp" || !mail.Enabled(app) {
		t.Fatal("mode", mail.TransportName(app))
	}
	ahead := time.Duration(0)
	w := mail.NewWorker(app)
	w.MinInterval, w.Now = 0, func() time.Time { return time.Now().Add(ahead) }
	find := func(id string) *mail.Email {
		m, err := mail.FindEmail(app, id)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}

	id := queue(t, app, newMessage(lucia))
	w.Deliver(context.Background())
	assertStatus(t, find(id), mail.Sent)
	for _, want := range []string{"Message-ID: <" + id + "@halation.film>", "From: Halation Mail <mail@halation.film>",
		"<" + lucia + ">", "Auto-Submitted: auto-generated", "multipart/alternative"} {
		if !strings.Contains(server.messages[0], want) {
			t.Errorf("no %q in %.600s, want it to contain %q", want, server.messages[0], want)
		}
	}

	server.setReply("RCPT", "450 greylisted")
	id = queue(t, app, newMessage(lucia))
	w.Deliver(context.Background())
	assertStatus(t, find(id), mail.Queued)
	server.setReply("RCPT", "")
	ahead += 10 * time.Second
	w.Deliver(context.Background())
	assertStatus(t, find(id), mail.Sent)

	server.setReply("RCPT", "550 no such user")
	id = queue(t, app, newMessage(lucia))
	w.Deliver(context.Background())
	assertStatus(t, find(id), mail.Failed)
	if m := find(id); !strings.Contains(m.LastError(), "no such user") || m.Unreachable() {
		t.Errorf("error %q", m.LastError())
	}

	server.setReply("RCPT", "550 5.1.1 unknown here")
	id = queue(t, app, newMessage(lucia))
	w.Deliver(context.Background())
	if m := find(id); m.Status() != mail.Failed || !m.Unreachable() || !strings.Contains(m.LastError(), "The address doesn't exist") {
		t.Errorf("%s: %q", m.Status(), m.LastError())
	}

	server.setReply("RCPT", "")
	server.setReply("AUTH", "535 wrong password")
	id = queue(t, app, newMessage(lucia))
	w.Deliver(context.Background())
	assertStatus(t, find(id), mail.Queued)
	if !strings.Contains(mail.Problem(w.App), "wrong password") {
		t.Errorf("trouble %q, want it to contain %q", mail.Problem(w.App), "wrong password")
	}
	server.setReply("AUTH", "")
	ahead += 10 * time.Minute
	w.Deliver(context.Background())
	assertStatus(t, find(id), mail.Sent)
	if mail.Problem(w.App) != "" || len(server.messages) != 3 {
		t.Errorf("got %d emails, trouble %q, want none and 3", len(server.messages), mail.Problem(w.App))
	}
}
