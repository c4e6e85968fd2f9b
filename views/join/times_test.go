package join_test

import (
	"strings"
	"testing"
	"time"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/mail/resendtest"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
	"usher/views/viewstest"
)

// TestTimes_TwoTeams_UseReaderZoneOrNameIt reads the deadlines and the sessions of two teams in two zones, as
// readers with and without an account, on pages and in emails.
func TestTimes_TwoTeams_UseReaderZoneOrNameIt(t *testing.T) {
	h := newInvitationFixture(t)
	tokyo := loadZone(t, "Asia/Tokyo")
	all := []*teams.Team{h.team, hookstest.Team(t, h.App, h.owner, "Northlight Docs", "pro")}
	for n, name := range []string{"Europe/Lisbon", "Europe/Berlin"} {
		all[n].Set("timezone", name)
		if err := h.App.Save(all[n]); err != nil {
			t.Fatal(err)
		}
	}
	other := hookstest.Account(t, h.App, "other@x.example")
	other.Set("timezone", "Asia/Tokyo")
	if err := h.App.Save(other); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, address string
		account       bool
		own           string // the account's time zone
		signedIn      bool
	}{
		{"signed in with a zone", "tomo@x.example", true, "Asia/Tokyo", true},
		{"signed in without a zone", "zed@x.example", true, "", true},
		{"with a zone, not signed in", "away@x.example", true, "Asia/Tokyo", false},
		{"without an account", "new@x.example", false, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			browser := h.Anonymous()
			if test.account {
				account := hookstest.Account(t, h.App, test.address)
				account.Set("timezone", test.own)
				if err := h.App.Save(account); err != nil {
					t.Fatal(err)
				}
				if test.signedIn {
					browser = h.As(account)
				}
			}
			var chooser []string
			for _, team := range all {
				i, err := invitations.Find(h.App, hookstest.Invite(t, h.App, h.owner, team, test.address).ID)
				if err != nil {
					t.Fatal(err)
				}
				session := hookstest.ScheduleSession(t, h.App, h.owner, team, sessions.Form{Title: "Review " + team.Name(), Starts: time.Now().Add(48 * time.Hour).Truncate(time.Hour),
					Minutes: 60, Zone: "America/New_York", Guests: []string{test.address}})
				times := text.ReaderZone{Zone: team.Zone()}
				if test.own != "" && test.signedIn {
					times = text.ReaderZone{Zone: tokyo, Chosen: true}
				}
				told := func(at time.Time) string { return text.TimeOfDay(times.In(at)) + times.Suffix() }
				invitation, meeting := h.emailOf(t, test.address, "/invite/", team), h.emailOf(t, test.address, "/s/usp_", team)
				assertContains(t, "the page of the invitation", browser.Get(h.linkPath(invitation, "/invite/")), told(i.Expires())+"</time>")
				assertContains(t, "the page of the session", browser.Get(h.linkPath(meeting, "/s/usp_")), told(session.Ends())+"</time>")
				assertContains(t, "the page of an invitation for another address", h.As(other).Get(h.linkPath(invitation, "/invite/")), text.TimeOfDay(i.Expires().In(tokyo))+"</time>")
				chooser = append(chooser, told(i.Expires())+"</time>", told(session.Starts())+"</time>")

				mailed := team.Zone()
				if test.own != "" {
					mailed = tokyo
				}
				for message, at := range map[*resendtest.Email]time.Time{&invitation: i.Expires(), &meeting: session.Ends()} {
					if want := text.TimeOfDay(at.In(mailed)) + " (" + text.ZoneName(mailed); !strings.Contains(message.Text, want) {
						t.Errorf("no %q in the email %q: %s, want it to contain %q", want, message.Subject, message.Text, want)
					}
				}
			}
			if test.signedIn {
				assertContains(t, "the choice of teams", browser.Get("/teams"), chooser...)
			}
		})
	}
}

func assertContains(t *testing.T, page string, r viewstest.Reply, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(r.Body, w) {
			t.Errorf("%s, status %d: no %q in %s, want it to contain %q", page, r.Status, w, r.Body, w)
		}
	}
}

func loadZone(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// emailOf waits for the email of a team to an address that has a link of that kind.
func (h *invitationFixture) emailOf(t *testing.T, to, prefix string, team *teams.Team) resendtest.Email {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		for _, message := range h.resend.Emails() {
			if message.To == to && strings.Contains(message.Text, prefix) && strings.HasPrefix(message.Text, team.Name()) {
				return message
			}
		}
	}
	t.Fatalf("no email with a link to %s from %s to %s", prefix, team.Name(), to)
	return resendtest.Email{}
}

func (h *invitationFixture) linkPath(message resendtest.Email, prefix string) string {
	return strings.TrimPrefix(h.resend.FindLink(message, prefix), h.URL)
}
