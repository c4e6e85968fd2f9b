package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
)

// callConcurrently sends the same request n times at once, with a body of its own each, and gives the answers.
func (w *fixture) callConcurrently(n int, role, path string, body func(n int) object) []object {
	w.t.Helper()
	answers, faults := make([]object, n), make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			request, _ := http.NewRequest("POST", w.URL+path, jsonBody(w.t, body(i)))
			request.Header.Set("Authorization", w.tokens[role])
			reply, err := http.DefaultClient.Do(request)
			if err != nil {
				faults[i] = err
				return
			}
			defer reply.Body.Close()
			faults[i] = json.NewDecoder(reply.Body).Decode(&answers[i])
		})
	}
	group.Wait()
	for _, err := range faults {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return answers
}

func TestInvite_Concurrent_LastSeatGivenOnce(t *testing.T) {
	w := newFixture(t)
	w.setPlan("free") // one Organizer seat is free
	invited := 0
	for _, answer := range w.callConcurrently(24, "admin", w.path("/invitations"), func(n int) object {
		return object{"emails": []string{fmt.Sprintf("racer%d@halation.example", n)}, "roles": []string{"organizer"}}
	}) {
		result := answer["results"].([]any)[0].(object)
		if result["status"] == "invited" {
			invited++
		} else if result["code"] != "seats_full" {
			t.Error(toJSON(result))
		}
	}
	if invited != 1 {
		t.Errorf("%d were invited to the last seat, want 1", invited)
	}
}

func TestAccept_Concurrent_OneWins(t *testing.T) {
	w := newFixture(t)
	lucia := w.newAccount("lucia@halation.example")
	open := w.invite(lucia.Email(), "organizer")
	accepted := 0
	for _, answer := range w.callConcurrently(12, lucia.Email(), "/api/invitations/accept", func(int) object { return object{"token": tokenOf(open.Link)} }) {
		if answer["team"] != nil {
			accepted++
		} else {
			assertRefused(t, 400, answer, 400, "token", "invitation_accepted")
		}
	}
	if n := hookstest.Count(t, w.App, "memberships", dbx.HashExp{"user": lucia.Id}); accepted != 1 || n != 1 {
		t.Errorf("accepted %d times, %d memberships, want 1 and 1", accepted, n)
	}
}
