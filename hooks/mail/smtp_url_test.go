package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/tools/settings"
)

// mailServer is a real SMTP server with one account, "usher" with the password "p@ss:word".
type mailServer struct {
	*testing.T
	*smtp.Server
	address string

	mu       sync.Mutex
	names    []string // of clients, from EHLO
	signedIn []string // mechanisms
	received []string
	rcpt     error         // reply to the recipient
	from     error         // reply to the sender
	hold     chan struct{} // an email is answered when it is closed
}

// startMailServer starts a server until the test ends; implicit TLS, STARTTLS or neither.
func startMailServer(t *testing.T, encryption string) *mailServer {
	t.Helper()
	s := &mailServer{T: t}
	s.Server = smtp.NewServer(s)
	s.Domain, s.AllowInsecureAuth, s.ErrorLog = "mail.test", true, discardLog{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	if encryption != settings.TLSOff {
		s.TLSConfig = newServerTLS(t)
	}
	if encryption == settings.TLSImplicit {
		listener = tls.NewListener(listener, s.TLSConfig)
	}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Server.Close() })
	return s
}

type discardLog struct{}

func (discardLog) Printf(string, ...any) {}
func (discardLog) Println(...any)        {}

// newServerTLS makes a certificate for 127.0.0.1 that the transport trusts until the test ends.
func newServerTLS(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	mail.TrustForSMTP(t, certificate)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (s *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = append(s.names, c.Hostname())
	_, encrypted := c.TLSConnectionState()
	return &mailSession{server: s, encrypted: encrypted}, nil
}

// mailSession is a connection.
type mailSession struct {
	server    *mailServer
	encrypted bool
	account   bool
}

func (m *mailSession) AuthMechanisms() []string { return []string{sasl.Plain, "LOGIN"} }

func (m *mailSession) Auth(mechanism string) (sasl.Server, error) {
	check := func(username, password string) error {
		if username != "usher" || password != "p@ss:word" {
			return smtp.ErrAuthFailed
		}
		m.server.mu.Lock()
		defer m.server.mu.Unlock()
		m.account, m.server.signedIn = true, append(m.server.signedIn, fmt.Sprintf("%s encrypted=%v", mechanism, m.encrypted))
		return nil
	}
	if mechanism == "LOGIN" {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, username, password string) error { return check(username, password) }), nil
}

// loginServer is the mechanism LOGIN as Microsoft's servers speak it.
type loginServer struct {
	check    func(username, password string) error
	username *string
	asked    bool
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch text := string(response); {
	case !l.asked:
		l.asked = true
		return []byte("Username:"), false, nil
	case l.username == nil:
		l.username = &text
		return []byte("Password:"), false, nil
	default:
		return nil, true, l.check(*l.username, text)
	}
}

func (m *mailSession) Mail(string, *smtp.MailOptions) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.server.from
}

func (m *mailSession) Rcpt(string, *smtp.RcptOptions) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.server.rcpt
}

func (m *mailSession) Data(in io.Reader) error {
	content, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	m.server.mu.Lock()
	m.server.received = append(m.server.received, string(content))
	hold := m.server.hold
	m.server.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return nil
}

func (m *mailSession) Reset()        {}
func (m *mailSession) Logout() error { return nil }

func (s *mailServer) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// mailbox is an app that sends over a server.
type mailbox struct {
	*testing.T
	worker *mail.Worker
	ahead  time.Duration
}

func newMailbox(t *testing.T, address string) *mailbox {
	t.Helper()
	config := hookstest.Config()
	var err error
	if config.SMTP, err = settings.ParseSMTP(address); err != nil {
		t.Fatal(err)
	}
	app := hookstest.NewAppWith(t, config)
	sendAlways(app)
	b := &mailbox{T: t, worker: mail.NewWorker(app)}
	b.worker.MinInterval, b.worker.Now = 0, func() time.Time { return time.Now().Add(b.ahead) }
	return b
}

// send queues an email and delivers it.
func (b *mailbox) send(message mail.Message) *mail.Email {
	b.Helper()
	return b.deliver(queue(b.T, b.worker.App, message))
}

func (b *mailbox) deliver(id string) *mail.Email {
	b.Helper()
	if _, err := b.worker.Deliver(context.Background()); err != nil {
		b.Fatal(err)
	}
	m, err := mail.FindEmail(b.worker.App, id)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

func TestSMTPURL_DeliversOverTLSWithSignIn(t *testing.T) {
	for name, c := range map[string]struct{ encryption, address, want string }{
		"STARTTLS":     {settings.TLSRequired, "smtp://usher:p%40ss%3Aword@ADDRESS?tls=required", "PLAIN encrypted=true"},
		"implicit TLS": {settings.TLSImplicit, "smtps://usher:p%40ss%3Aword@ADDRESS", "PLAIN encrypted=true"},
		"LOGIN":        {settings.TLSRequired, "smtp://usher:p%40ss%3Aword@ADDRESS?auth=login&name=meet.example.org", "LOGIN encrypted=true"},
		"this machine": {settings.TLSOff, "smtp://usher:p%40ss%3Aword@ADDRESS", "PLAIN encrypted=false"},
		"no sign-in":   {settings.TLSRequired, "smtp://ADDRESS?tls=required", ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := startMailServer(t, c.encryption)
			b := newMailbox(t, strings.Replace(c.address, "ADDRESS", server.address, 1))
			message := newMessage(lucia)
			message.ReplyTo = "marta@halation.film"
			message.Attachments = []mail.Attachment{{Name: "invite.ics", Type: "text/calendar; method=REQUEST", Content: []byte("BEGIN:VCALENDAR\r\n")}}
			m := b.send(message)
			assertStatus(t, m, mail.Sent)
			if got := strings.Join(server.signedIn, ", "); got != c.want || len(server.received) != 1 {
				t.Fatalf("signed in %q, received %d, want %q and 1", got, len(server.received), c.want)
			}
			for _, want := range []string{"Message-ID: <" + m.Id + "@usher.test>", "From: Usher <usher@usher.test>", "<" + lucia + ">", "Reply-To: marta@halation.film",
				"Auto-Submitted: auto-generated", "Date: ", "multipart/alternative", "text/calendar; method=REQUEST", `filename="invite.ics"`} {
				if !strings.Contains(server.received[0], want) {
					t.Errorf("no %q in %.2000s", want, server.received[0])
				}
			}
			if want := map[bool]string{true: "meet.example.org", false: "usher.test"}[name == "LOGIN"]; server.names[0] != want {
				t.Errorf("it called itself %v, want %s", server.names, want)
			}
		})
	}
}

func TestSMTPURL_ServerProblem_HoldsTheQueue(t *testing.T) {
	for name, c := range map[string]struct {
		encryption, address, want string
		prepare                   func(*testing.T, *mailServer)
	}{
		"no TLS":         {settings.TLSOff, "smtp://usher:p%40ss%3Aword@ADDRESS?tls=required", "doesn't offer TLS", nil},
		"certificate":    {settings.TLSRequired, "smtp://usher:p%40ss%3Aword@ADDRESS?tls=required", "certificate isn't trusted", func(t *testing.T, _ *mailServer) { mail.TrustForSMTP(t, nil) }},
		"password":       {settings.TLSRequired, "smtp://usher:wrong@ADDRESS", "rejected the sign-in. Check user name and password in USHER_SMTP_URL", nil},
		"sender":         {settings.TLSRequired, "smtp://usher:p%40ss%3Aword@ADDRESS", "refused the sender", func(_ *testing.T, s *mailServer) { s.from = &smtp.SMTPError{Code: 550, Message: "not yours"} }},
		"only other TLS": {settings.TLSImplicit, "smtp://usher:p%40ss%3Aword@ADDRESS?tls=required", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := startMailServer(t, c.encryption)
			if c.prepare != nil {
				c.prepare(t, server)
			}
			b := newMailbox(t, strings.Replace(c.address, "ADDRESS", server.address, 1))
			if c.want == "" {
				b.worker.Timeout = time.Second
			}
			m := b.send(newMessage(lucia))
			assertStatus(t, m, mail.Queued)
			if problem := mail.Problem(b.worker.App); c.want != "" && !strings.Contains(problem, c.want) {
				t.Errorf("got the problem %q, want it with %q", problem, c.want)
			}
			if strings.Contains(m.LastError(), "wrong") || len(server.received) > 0 {
				t.Errorf("got %q and %d emails, want none", m.LastError(), len(server.received))
			}
		})
	}
}

func TestSMTPURL_RefusedRecipient(t *testing.T) {
	server := startMailServer(t, settings.TLSRequired)
	b := newMailbox(t, "smtp://usher:p%40ss%3Aword@"+server.address)
	refuse := func(code int, enhanced smtp.EnhancedCode, text string) {
		server.set(func() { server.rcpt = &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text} })
	}
	refuse(550, smtp.EnhancedCode{5, 1, 1}, "no such mailbox")
	if m := b.send(newMessage(lucia)); m.Status() != mail.Failed || !m.Unreachable() || !strings.Contains(m.LastError(), "no such mailbox") {
		t.Errorf("unknown: %s %v %q, want it failed and unreachable", m.Status(), m.Unreachable(), m.LastError())
	}
	refuse(554, smtp.EnhancedCode{5, 7, 1}, "looks like spam")
	if m := b.send(newMessage(lucia)); m.Status() != mail.Failed || m.Unreachable() {
		t.Errorf("spam: %s %v, want it failed, not unreachable", m.Status(), m.Unreachable())
	}
	refuse(451, smtp.EnhancedCode{4, 7, 1}, "greylisted")
	m := b.send(newMessage(lucia))
	assertStatus(t, m, mail.Queued)
	server.set(func() { server.rcpt = nil })
	b.ahead += time.Hour
	assertStatus(t, b.deliver(m.Id), mail.Sent)
}

// A server that takes an email but answers too late gets it again, with the same id.
func TestSMTPURL_AnswerTooLate_SendsTheSameAgain(t *testing.T) {
	server := startMailServer(t, settings.TLSRequired)
	b := newMailbox(t, "smtp://usher:p%40ss%3Aword@"+server.address)
	hold := make(chan struct{})
	server.set(func() { server.hold = hold })
	b.worker.Timeout = time.Second
	id := queue(t, b.worker.App, newMessage(lucia))
	for tries := 0; len(server.all()) == 0 && tries < 20; tries++ { // a busy machine needs more than a second to get there
		m := b.deliver(id)
		assertStatus(t, m, mail.Queued)
		if !strings.Contains(m.LastError(), "took too long to respond") {
			t.Fatalf("got %q, want the timeout", m.LastError())
		}
		b.ahead += 30 * time.Minute
	}
	server.set(func() { server.hold = nil })
	close(hold)
	b.worker.Timeout = 30 * time.Second
	b.ahead += time.Hour
	assertStatus(t, b.deliver(id), mail.Sent)
	for _, email := range server.all() {
		if !strings.Contains(email, "Message-ID: <"+id+"@usher.test>") {
			t.Errorf("another Message-ID in %.500s", email)
		}
	}
	if n := len(server.all()); n < 2 {
		t.Errorf("received %d, want it twice", n)
	}
}

func (s *mailServer) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.received...)
}

func TestTransport_Order(t *testing.T) {
	config := hookstest.Config()
	app := hookstest.NewAppWith(t, config)
	check := func(want string) {
		t.Helper()
		if got := mail.TransportName(app); got != want || mail.Enabled(app) != (want != "console") {
			t.Errorf("got %s, enabled %v, want %s", got, mail.Enabled(app), want)
		}
	}
	check("console")
	app.Settings().SMTP.Enabled, app.Settings().SMTP.Host = true, "dashboard.example"
	check("smtp")
	if host := mail.SMTPHost(app); host != "dashboard.example" {
		t.Errorf("got %s, want the dashboard's", host)
	}
	settings.Of(app).SMTP = settings.SMTP{Host: "environment.example", Port: 587, TLS: settings.TLSRequired}
	check("smtp")
	if host := mail.SMTPHost(app); host != "environment.example" {
		t.Errorf("got %s, want that of the environment", host)
	}
	settings.Of(app).ResendKey = "re_x"
	check("resend")
}

func TestCheck_AndSendNow(t *testing.T) {
	server := startMailServer(t, settings.TLSRequired)
	b := newMailbox(t, "smtp://usher:p%40ss%3Aword@"+server.address)
	if transport, err := mail.Check(context.Background(), b.worker.App); err != nil || transport != "smtp" || len(server.all()) > 0 {
		t.Errorf("got %s, %v and %d emails, want none", transport, err, len(server.all()))
	}
	if err := mail.SendNow(context.Background(), b.worker.App, newMessage(lucia)); err != nil || len(server.all()) != 1 {
		t.Errorf("got %v and %d emails, want one", err, len(server.all()))
	}
	settings.Of(b.worker.App).SMTP.Password = "wrong"
	if _, err := mail.Check(context.Background(), b.worker.App); err == nil || !strings.Contains(err.Error(), "rejected the sign-in") {
		t.Errorf("got %v, want the rejected sign-in", err)
	}
	settings.Of(b.worker.App).SMTP = settings.SMTP{}
	if err := mail.SendNow(context.Background(), b.worker.App, newMessage(lucia)); err == nil || !strings.Contains(err.Error(), "isn't set up") {
		t.Errorf("got %v, want that email isn't set up", err)
	}
}
