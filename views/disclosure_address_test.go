package views_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/sessions"
)

// A host without a name, or with an address as the name, isn't shown by that address to readers who can't see it.
func TestHostName_ThatIsAnAddress_IsShownToNobodyOutside(t *testing.T) {
	for kind, name := range map[string]string{"an address": markers["host's address"], "empty": ""} {
		t.Run(kind, func(t *testing.T) {
			d := newFixture(t)
			host := hookstest.FindRecord(t, d.App, "users", d.session.HostID())
			host.Set("name", name)
			if err := d.App.Save(host); err != nil {
				t.Fatal(err)
			}
			s := hookstest.ScheduleSession(t, d.App, host, d.team, sessions.Form{Title: "Rushes again", Room: d.room.Id, Starts: time.Now().Add(3 * time.Hour),
				Guests: []string{"guest@x.example", "invitee@x.example"}})
			d.session = s
			p, err := sessions.FindParticipantByEmail(d.App, s.Id, "invitee@x.example")
			if err != nil {
				t.Fatal(err)
			}
			code, err := sessions.PersonalCode(d.App, p)
			if err != nil {
				t.Fatal(err)
			}
			d.personalLink = "/s/" + code
			if got := s.GetString("host_name"); got != "A member of the team" {
				t.Errorf("got %q as the stored name of the host, want no address", got)
			}
			for _, p := range d.pages() {
				for _, who := range []string{"nobody", "stranger", "guest", "invitee"} {
					reply := d.browsers[who].Get(p.path)
					if strings.HasPrefix(p.path, "/api/") {
						reply = d.callAPI(who, p.path)
					}
					if slices.Contains(markersIn(reply), "host's address") {
						t.Errorf("%s reads the host's address on %s (%d), want no %q", who, p.path, reply.Status, "host's address")
					}
				}
			}
			if found := markersIn(d.callAPI("guest", "/api/collections/sessions/records?perPage=500")); slices.Contains(found, "host's address") {
				t.Error("a guest reads the host's address in the sessions")
			}
		})
	}
}

var anyAddress = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[a-z]+`)

// The emails to guests and invitees hold no address of anyone else, neither in what they say nor in what is attached.
func TestEmails_ToGuests_HoldNoAddressOfOthers(t *testing.T) {
	post := resendtest.New(t)
	config := hookstest.Config()
	config.ResendKey, config.ResendURL = post.Key, post.URL
	app := hookstest.NewAppWith(t, config)
	deliver := func() {
		worker := mail.NewWorker(app)
		worker.MinInterval = 0
		worker.Deliver(context.Background())
	}
	owner := hookstest.Account(t, app, "ownerella@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "unlimited")
	hosts := map[string]*core.Record{"Hostilda": hookstest.Member(t, app, team, "hostilda@halation.example", "organizer"),
		"": hookstest.Member(t, app, team, "nameless@halation.example", "organizer"), "typed@halation.example": hookstest.Member(t, app, team, "typed@halation.example", "organizer")}
	guest := hookstest.Guest(t, app, team, "guest@x.example")
	cohost := hookstest.Member(t, app, team, "cohost@halation.example")
	sent := 0
	for name, host := range hosts {
		host.Set("name", name)
		if err := app.Save(host); err != nil {
			t.Fatal(err)
		}
		held := hookstest.ScheduleSession(t, app, host, team, sessions.Form{Starts: time.Now().Add(time.Duration(24+sent) * time.Hour),
			Guests: []string{guest.Email(), "invitee@x.example", "other@kestrel.example"}, Cohosts: []string{cohost.Id}})
		deliver()
		actor := hookstest.Actor(t, app, host, team)
		if err := sessions.Cancel(app, actor, held.Id, sessions.ScopeSession); err != nil {
			t.Fatal(err)
		}
		deliver()
		sent++
	}
	judged := 0
	for _, email := range post.Emails() {
		if email.To != "guest@x.example" && email.To != "invitee@x.example" && email.To != "other@kestrel.example" {
			continue
		}
		judged++
		text := email.Subject + "\n" + email.ToName + "\n" + email.FromName + "\n" + email.Text + "\n" + email.HTML
		for _, file := range email.Files {
			text += "\n" + strings.ReplaceAll(file.Content, "\r\n ", "")
		}
		for _, value := range email.Headers {
			text += "\n" + value
		}
		for _, address := range anyAddress.FindAllString(text, -1) {
			if address != email.To && !strings.HasSuffix(address, "@usher.test") {
				t.Errorf("%q to %s holds the address %s", email.Subject, email.To, address)
			}
		}
	}
	if judged != 18 {
		t.Errorf("got %d emails to three invitees of three sessions, want an invitation and a cancellation each", judged)
	}
}
