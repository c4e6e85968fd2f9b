package sessions_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
)

// The list rule of the collection, the lists and FindVisible answer one question: who sees a session.
func TestSessions_VisibleTo_SameInRuleListsAndFind(t *testing.T) {
	s := newFixture(t, "pro")
	for _, name := range []string{"cohost", "invitee", "address", "unverified", "declined", "denied", "removed", "removed address", "stranger"} {
		s.users[name] = hookstest.Member(t, s.app, s.team, fmt.Sprintf("p%d@x.example", len(s.users)))
	}
	s.users["outsider"] = hookstest.Account(t, s.app, "outsider@x.example")
	address := func(who string) string { return s.users[who].Email() }
	form := sessions.Form{Cohosts: []string{s.users["cohost"].Id}}
	for _, who := range []string{"invitee", "address", "unverified", "declined", "denied", "removed", "removed address"} {
		form.Guests = append(form.Guests, address(who))
	}
	session := s.newSession(form)
	for who, state := range map[string]string{"declined": sessions.StateDeclined, "denied": sessions.StateDenied, "removed": sessions.StateRemoved, "removed address": sessions.StateRemoved} {
		hookstest.Exec(t, s.app, "UPDATE participants SET state = {:state} WHERE email = {:email}", dbx.Params{"state": state, "email": address(who)})
	}
	for _, who := range []string{"invitee", "declined", "denied", "removed"} {
		hookstest.Exec(t, s.app, "UPDATE participants SET user = {:user} WHERE email = {:email}", dbx.Params{"user": s.users[who].Id, "email": address(who)})
	}
	for _, who := range []string{"address", "unverified", "removed address"} {
		hookstest.Exec(t, s.app, "UPDATE participants SET user = '' WHERE email = {:email}", dbx.Params{"email": address(who)})
	}
	hookstest.Exec(t, s.app, "UPDATE users SET verified = 0 WHERE id = {:id}", dbx.Params{"id": s.users["unverified"].Id})
	s.users["unverified"] = hookstest.FindRecord(t, s.app, "users", s.users["unverified"].Id)

	for _, status := range []string{sessions.Scheduled, sessions.Running, sessions.Ended, sessions.Cancelled} {
		hookstest.Exec(t, s.app, "UPDATE sessions SET status = {:status} WHERE id = {:id}", dbx.Params{"status": status, "id": session.Id})
		for who, want := range map[string]struct{ listed, visible bool }{
			"organizer": {true, true}, "cohost": {true, true}, "invitee": {true, true}, "address": {true, true}, "declined": {true, true}, "denied": {true, true},
			"unverified": {}, "removed": {}, "removed address": {}, "stranger": {}, "member": {}, "guest": {}, "outsider": {},
			"owner": {visible: true}, "admin": {visible: true}, // they see every session of the team, and list their own
		} {
			t.Run(status+" for "+who, func(t *testing.T) {
				record := hookstest.FindRecord(t, s.app, "sessions", session.Id)
				if got, err := s.app.CanAccessRecord(record, &core.RequestInfo{Auth: s.users[who]}, record.Collection().ListRule); err != nil || got != want.visible {
					t.Errorf("the list rule: got %v, %v, want %v", got, err, want.visible)
				}
				if who == "outsider" {
					return // has no rights in the team to ask with
				}
				actor, from, to := s.actor(who), session.Starts().Add(-time.Hour), session.Ends().Add(time.Hour)
				if _, err := sessions.FindVisible(s.app, actor, session.Id); errs.IgnoreNotFound(err) != nil || errors.Is(err, errs.ErrNotFound) == want.visible {
					t.Errorf("FindVisible: got %v, want found %v", err, want.visible)
				}
				records, err := sessions.ListInRange(s.app, actor, from, to, false)
				if err != nil || (len(records) == 1) != want.listed {
					t.Errorf("ListInRange: got %d, %v, want listed %v", len(records), err, want.listed)
				}
				rows, err := sessions.ListRowsInRange(s.app, actor, from, to)
				if listed := slices.ContainsFunc(rows, func(r sessions.Row) bool { return r.ID == session.Id }); err != nil || listed != want.listed {
					t.Errorf("ListRowsInRange: got %v, %v, want listed %v", listed, err, want.listed)
				}
			})
		}
	}
}
