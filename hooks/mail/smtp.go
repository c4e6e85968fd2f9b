package mail

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"maps"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/domodwyer/mailyak/v3"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// smtpTransport sends over net/smtp, whose errors have the server's reply. PocketBase's client can't require TLS, can't be interrupted
// and guesses the types of attachments.
type smtpTransport struct {
	settings.SMTP
	source    string // where the server is configured, for the server administrator
	publicURL string
}

// dashboardSMTP returns the mail server of PocketBase's settings.
func dashboardSMTP(app core.App) settings.SMTP {
	set := app.Settings().SMTP
	server := settings.SMTP{Host: set.Host, Port: set.Port, Username: set.Username, Password: set.Password,
		Auth: strings.ToLower(cmp.Or(set.AuthMethod, "plain")), TLS: settings.TLSOptional, LocalName: set.LocalName}
	if set.TLS {
		server.TLS = settings.TLSImplicit
	}
	return server
}

func (*smtpTransport) name() string { return transportSMTP }

// smtpTimeout is how long sending may take when the context has no deadline.
const smtpTimeout = 30 * time.Second

// send sends the email in one connection. SMTP has no idempotency key, so the Message-ID contains the email's id: clients recognize
// an email that arrives twice.
func (t *smtpTransport) send(ctx context.Context, id string, request []byte) (string, error) {
	message, err := newSMTPMessage(id, request)
	if err != nil {
		return "", &sendError{kind: rejected, message: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, smtpTimeout)
	defer cancel()
	stage, err := t.deliver(ctx, message)
	if ctx.Err() != nil && err != nil {
		return "", &sendError{kind: retryLater, message: "The mail server took too long to respond."}
	}
	if err != nil {
		return "", t.explain(stage, err)
	}
	return message.id, nil
}

// smtpStage is how far a delivery came: what a refusal is about.
type smtpStage int

const (
	stageConnect smtpStage = iota
	stageSignIn
	stageSender
	stageEmail // the recipient and the content
)

// deliver has one SMTP conversation. After an error it returns the stage at which it happened.
func (t *smtpTransport) deliver(ctx context.Context, message *smtpMessage) (smtpStage, error) {
	client, closeConn, err := t.connect(ctx)
	if err != nil {
		return stageConnect, err
	}
	defer closeConn()
	if auth := t.auth(client); auth != nil {
		if err := client.Auth(auth); err != nil {
			return stageSignIn, err
		}
	}
	if err := client.Mail(message.from); err != nil {
		return stageSender, err
	}
	if err := client.Rcpt(message.to); err != nil {
		return stageEmail, err
	}
	data, err := client.Data()
	if err == nil {
		if _, err = data.Write(message.content); err == nil {
			err = data.Close()
		}
	}
	if err != nil {
		return stageEmail, err
	}
	_ = client.Quit() // the server has the email
	return stageEmail, nil
}

// connect connects with TLS as configured. The connection is closed when ctx ends.
func (t *smtpTransport) connect(ctx context.Context) (client *smtp.Client, closeConn func(), err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(t.Host, strconv.Itoa(t.Port)))
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	closeConn = func() { stop(); _ = conn.Close() }
	config := &tls.Config{ServerName: t.Host, MinVersion: tls.VersionTLS12, RootCAs: smtpRootCAs}
	if t.TLS == settings.TLSImplicit {
		conn = tls.Client(conn, config)
	}
	if client, err = smtp.NewClient(conn, t.Host); err == nil {
		err = t.greet(client, config)
	}
	if err != nil {
		closeConn()
		return nil, nil, err
	}
	return client, closeConn, nil
}

// smtpRootCAs are the authorities that certificates are checked with; nil: those of the system.
var smtpRootCAs *x509.CertPool

func (t *smtpTransport) greet(client *smtp.Client, config *tls.Config) error {
	name := t.LocalName
	if name == "" {
		_, host, _ := strings.Cut(t.publicURL, "://")
		if name, _, _ = net.SplitHostPort(host); name == "" {
			name = host
		}
	}
	if err := client.Hello(cmp.Or(name, "localhost")); err != nil {
		return err
	}
	offered, _ := client.Extension("STARTTLS")
	switch {
	case t.TLS == settings.TLSImplicit || t.TLS == settings.TLSOff || t.TLS == settings.TLSOptional && !offered:
		return nil
	case !offered:
		return errNoTLS
	}
	return client.StartTLS(config)
}

// errNoTLS is the problem of a server to which nothing is sent because it doesn't encrypt.
var errNoTLS = sentence("The mail server doesn't offer TLS, so nothing is sent to it.")

// auth returns how to sign in: as configured, otherwise the first that the server offers. Without a user name it is nil.
func (t *smtpTransport) auth(client *smtp.Client) smtp.Auth {
	if t.Username == "" && t.Password == "" {
		return nil
	}
	_, offered := client.Extension("AUTH")
	methods := strings.Fields(strings.ToLower(offered))
	method := t.Auth
	for _, each := range []string{"plain", "login", "cram-md5"} {
		if method == "" && slices.Contains(methods, each) {
			method = each
		}
	}
	switch method {
	case "login":
		return &loginAuth{t.Username, t.Password}
	case "cram-md5":
		return smtp.CRAMMD5Auth(t.Username, t.Password)
	}
	return smtp.PlainAuth("", t.Username, t.Password, t.Host)
}

// loginAuth is the mechanism LOGIN, which net/smtp doesn't have. Like its PlainAuth it sends the password only over TLS or to this machine.
type loginAuth struct{ username, password string }

func (a *loginAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if ip := net.ParseIP(server.Name); !server.TLS && server.Name != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", nil, errNoTLS
	}
	return "LOGIN", nil, nil
}

func (a *loginAuth) Next(prompt []byte, more bool) ([]byte, error) {
	switch {
	case !more:
		return nil, nil
	case strings.HasPrefix(strings.ToLower(string(prompt)), "user"):
		return []byte(a.username), nil
	}
	return []byte(a.password), nil
}

// sentence is an error whose text is shown to users.
type sentence string

func (s sentence) Error() string { return string(s) }

// smtpMessage is an email as it is sent.
type smtpMessage struct {
	id, from, to string
	content      []byte
}

func newSMTPMessage(id string, request []byte) (*smtpMessage, error) {
	decoded, err := decode(request)
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(decoded.From)
	if err != nil {
		return nil, sentence("The sender isn't a valid email address.")
	}
	to, err := mail.ParseAddress(decoded.To[0])
	if err != nil {
		return nil, sentence("The recipient isn't a valid email address.")
	}
	_, host, _ := strings.Cut(from.Address, "@")
	headers := maps.Clone(decoded.Headers)
	if headers == nil {
		headers = map[string]string{}
	}
	headers["Message-ID"] = "<" + id + "@" + host + ">"
	yak := mailyak.New("", nil)
	yak.From(from.Address)
	yak.FromName(from.Name)
	yak.To(to.String())
	if decoded.ReplyTo != "" {
		yak.ReplyTo(decoded.ReplyTo)
	}
	yak.Subject(decoded.Subject)
	yak.HTML().Set(decoded.Html)
	yak.Plain().Set(decoded.Text)
	for name, value := range headers {
		yak.AddHeader(name, value)
	}
	for _, file := range decoded.Attachments {
		yak.AttachWithMimeType(file.Filename, bytes.NewReader(file.Content), file.ContentType)
	}
	content, err := yak.MimeBuf()
	if err != nil {
		return nil, err
	}
	return &smtpMessage{id: headers["Message-ID"], from: from.Address, to: to.Address, content: content.Bytes()}, nil
}

// badAddressReply matches the replies that reject the recipient's address (RFC 3463, 3.2; RFC 7505).
var badAddressReply = regexp.MustCompile(`^5\.1\.(1|2|3|6|10)\b`)

// explain tells what an error means for the email: a refusal before the recipient is about the server or the sender, and holds the queue.
func (t *smtpTransport) explain(stage smtpStage, err error) *sendError {
	var reply *textproto.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &reply):
		return t.explainReply(stage, reply)
	case errors.As(err, &certificate):
		return &sendError{kind: blocked, message: "The mail server's certificate isn't trusted. Check the host in " + t.source + ", or the server's certificate."}
	case errors.Is(err, errNoTLS):
		return &sendError{kind: blocked, message: errNoTLS.Error() + " Check host and port in " + t.source + "."}
	case stage == stageSignIn && !isNetworkError(err):
		return &sendError{kind: blocked, message: "The mail server doesn't accept the sign-in over this connection. Check the options in " + t.source + "."}
	}
	return &sendError{kind: retryLater, message: "The mail server can't be reached. Check host, port and TLS in " + t.source + "."}
}

func isNetworkError(err error) bool {
	var network net.Error
	return errors.As(err, &network) || strings.Contains(err.Error(), "EOF")
}

func (t *smtpTransport) explainReply(stage smtpStage, reply *textproto.Error) *sendError {
	words := cleanProviderText(reply.Error(), t.publicURL)
	f := &sendError{kind: retryLater, message: words}
	switch {
	case slices.Contains([]int{530, 534, 535, 538}, reply.Code), reply.Code >= 500 && stage == stageSignIn:
		f.kind, f.message = blocked, withProviderText("The mail server rejected the sign-in. Check user name and password in "+t.source+".", "The mail server", words)
	case reply.Code >= 500 && stage == stageConnect:
		f.kind, f.message = blocked, withProviderText("The mail server refused the connection. Check "+t.source+".", "The mail server", words)
	case reply.Code >= 500 && reply.Code != 552 && stage == stageSender:
		f.kind, f.message = blocked, withProviderText("The mail server refused the sender. Check the address that emails are sent from.", "The mail server", words)
	case reply.Code >= 500:
		f.kind, f.message = rejected, withProviderText("The mail server refused this email.", "The mail server", words)
		if badAddressReply.MatchString(reply.Msg) {
			f.badAddress, f.message = true, withProviderText("The address doesn't exist or doesn't accept email.", "The mail server", words)
		}
	}
	return f
}
