package mail_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
)

const calendarFile = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nSUMMARY:Colour · Größe\r\nEND:VCALENDAR\r\n"

func messageWithAttachment() mail.Message {
	return mail.Message{Kind: mail.KindSessionInvitation, To: lucia, Subject: "Invitation", HTML: "<p>Come.</p>", Text: "Come.",
		Attachments: []mail.Attachment{{Name: "invite.ics", Type: "text/calendar; method=REQUEST", Content: []byte(calendarFile)}}}
}

func TestDeliver_AttachmentByResend_Arrives(t *testing.T) {
	resend := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = resend.Key, resend.URL
	app := hookstest.NewAppWith(t, config)
	if _, err := mail.Queue(app, messageWithAttachment()); err != nil {
		t.Fatal(err)
	}
	worker := mail.NewWorker(app)
	worker.Deliver(context.Background())
	email := resend.WaitFor(t, lucia)
	if want := (resendtest.File{Name: "invite.ics", Type: "text/calendar; method=REQUEST", Content: calendarFile}); len(email.Files) != 1 || email.Files[0] != want {
		t.Errorf("%+v, want 1 and %v", email.Files, want)
	}
}

func TestDeliver_AttachmentBySMTP_Arrives(t *testing.T) {
	server := newSMTPServer(t)
	app := hookstest.NewApp(t)
	host, port, err := net.SplitHostPort(server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	set := app.Settings()
	set.SMTP.Enabled, set.SMTP.Host = true, host
	if set.SMTP.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	if _, err := mail.Queue(app, messageWithAttachment()); err != nil {
		t.Fatal(err)
	}
	mail.NewWorker(app).Deliver(context.Background())
	server.mu.Lock()
	defer server.mu.Unlock()
	if len(server.messages) != 1 {
		t.Fatalf("got %d emails, want 1", len(server.messages))
	}
	kind, content := findAttachment(t, server.messages[0], "invite.ics")
	if content != calendarFile || !strings.HasPrefix(kind, "text/calendar") {
		t.Errorf("%s: %q, want %v and it with %q", kind, content, calendarFile, "text/calendar")
	}
}

// findAttachment returns an attachment of an email received by SMTP.
func findAttachment(t *testing.T, email, name string) (kind, content string) {
	t.Helper()
	message, err := netmail.ReadMessage(strings.NewReader(email))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(contentType string, body io.Reader)
	walk = func(contentType string, body io.Reader) {
		media, params, err := mime.ParseMediaType(contentType)
		if err != nil || !strings.HasPrefix(media, "multipart/") {
			return
		}
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			part, err := parts.NextPart()
			if err != nil {
				return
			}
			raw, _ := io.ReadAll(part)
			if part.FileName() == name {
				decoded, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(string(raw)))
				if err != nil {
					t.Fatal(err)
				}
				kind, content = part.Header.Get("Content-Type"), string(decoded)
			}
			walk(part.Header.Get("Content-Type"), bytes.NewReader(raw))
		}
	}
	walk(message.Header.Get("Content-Type"), message.Body)
	return kind, content
}
