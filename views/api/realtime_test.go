package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/hooks/tags"
	"usher/hooks/teams"
)

// realtimeMessage is a message of PocketBase's own stream.
type realtimeMessage struct {
	topic  string
	action string
	record object
}

// subscribe listens to PocketBase's /api/realtime as the account in that role.
func (w *fixture) subscribe(role string, topics ...string) <-chan realtimeMessage {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	request, _ := http.NewRequestWithContext(ctx, "GET", w.URL+"/api/realtime", nil)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { cancel(); response.Body.Close() })
	messages := make(chan realtimeMessage, 100)
	connected := make(chan string, 1)
	go func() {
		defer close(messages)
		event := ""
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			if name, ok := strings.CutPrefix(lines.Text(), "event:"); ok {
				event = name
			}
			data, ok := strings.CutPrefix(lines.Text(), "data:")
			if !ok {
				continue
			}
			var message struct {
				ClientID string `json:"clientId"`
				Action   string `json:"action"`
				Record   object `json:"record"`
			}
			_ = json.Unmarshal([]byte(data), &message)
			if event == "PB_CONNECT" {
				connected <- message.ClientID
			} else {
				messages <- realtimeMessage{event, message.Action, message.Record}
			}
		}
	}()
	status, answer := w.callAs(role, "POST", "/api/realtime", object{"clientId": <-connected, "subscriptions": topics})
	if status != http.StatusNoContent {
		w.t.Fatalf("subscribe as %s: %d %s, want %v", role, status, toJSON(answer), http.StatusNoContent)
	}
	return messages
}

// waitForRecords gathers what is heard until records with each of the values in the field have come, in any order: PocketBase
// sends each message by itself.
func waitForRecords(t *testing.T, messages <-chan realtimeMessage, field string, values ...string) (all []realtimeMessage) {
	t.Helper()
	for m := range messages {
		all = append(all, m)
		values = slices.DeleteFunc(values, func(value string) bool { return m.record[field] == value })
		if len(values) == 0 {
			return all
		}
	}
	t.Fatalf("the stream ended before %s = %v; heard %v", field, values, all)
	return nil
}

var teamTopics = []string{"teams/*", "memberships/*", "invitations/*", "tags/*"}

// TestRealtime_FormerMember_HearsNothing: PocketBase checks the rules again for each message.
func TestRealtime_FormerMember_HearsNothing(t *testing.T) {
	goOn := func(w *fixture) { // the team's life after it
		w.invite("secret@halation.example")
		owner, name := hookstest.Actor(t, w.App, w.accounts["owner"], w.team), "Secret Post"
		if err := tags.Set(w.App, owner, w.accounts["member"].Id, []string{"Secret"}); err != nil {
			t.Fatal(err)
		}
		if _, err := teams.Update(w.App, owner, teams.Profile{Name: &name}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []struct {
		name  string
		lose  func(w *fixture) error
		stays string // the collection of which he still hears
	}{
		{"removed", func(w *fixture) error {
			_, err := members.Remove(w.App, hookstest.Actor(t, w.App, w.accounts["owner"], w.team), w.accounts["admin"].Id, members.Handover{})
			return err
		}, ""},
		{"left", func(w *fixture) error {
			_, err := members.Leave(w.App, hookstest.Actor(t, w.App, w.accounts["admin"], w.team), members.Handover{})
			return err
		}, ""},
		{"lost the role", func(w *fixture) error {
			_, err := members.RevokeRoles(w.App, hookstest.Actor(t, w.App, w.accounts["owner"], w.team), w.accounts["admin"].Id, parseRoles(t, "admin"), members.Handover{})
			return err
		}, "teams"},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newFixture(t)
			if err := w.App.RunInTransaction(func(tx core.App) error {
				return members.Grant(tx, w.otherTeam.Id, w.accounts["admin"].Id, parseRoles(t, "admin"))
			}); err != nil {
				t.Fatal(err)
			}
			theirs, ours := w.subscribe("admin", teamTopics...), w.subscribe("owner", teamTopics...)
			w.invite("first@halation.example")
			waitForRecords(t, theirs, "email", "first@halation.example")
			if err := s.lose(w); err != nil {
				t.Fatal(err)
			}
			goOn(w)
			waitForRecords(t, ours, "email", "secret@halation.example") // the change was sent, and only to readers with access
			hookstest.Invite(t, w.App, w.accounts["other"], w.otherTeam, "last@other.example")
			for _, m := range waitForRecords(t, theirs, "email", "last@other.example") {
				collection, _, _ := strings.Cut(m.topic, "/")
				own := m.record["user"] == w.accounts["admin"].Id // that it is over
				if (m.record["team"] == w.team.Id || m.record["id"] == w.team.Id) && !own && collection != s.stays {
					t.Errorf("heard after it: %s %s %s", m.topic, m.action, toJSON(m.record))
				}
			}
		})
	}
}

func TestRealtime_PlanFields_ForAdminsOnly(t *testing.T) {
	w := newFixture(t)
	streams := map[string]<-chan realtimeMessage{}
	for _, role := range []string{"guest", "member", "admin"} {
		streams[role] = w.subscribe(role, "teams/*")
	}
	name := "Halation Weekly"
	if _, err := teams.Update(w.App, hookstest.Actor(t, w.App, w.accounts["owner"], w.team), teams.Profile{Name: &name}); err != nil {
		t.Fatal(err)
	}
	for role, stream := range streams {
		for _, m := range waitForRecords(t, stream, "name", name) {
			for _, field := range []string{"plan", "admin_seats", "organizer_seats", "licences"} {
				if _, told := m.record[field]; told != (role == "admin") {
					t.Errorf("%s hears the %s: %v", role, field, told)
				}
			}
		}
	}
}
