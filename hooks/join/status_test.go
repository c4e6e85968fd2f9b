package join_test

import (
	"strings"
	"testing"

	"usher/hooks/join"
)

// Each table is a set of settings. A row is the visitor and their link, then the status long before the session, soon before
// its start, after its start while it hasn't been started, and while it runs.
//
// "outside" is signed in and has the session link. "new's link" is a personal link, opened without signing in. "stranger by
// the link of new" is signed in with another account than the link is for.
//
// asked, cohost, host: invited members.  member: not invited.  guest: an invited guest of the team.  visitor: a guest who isn't
// invited.  outside: invited, with an account, not in the team.  new: invited, without an account.
var statusTables = map[string]string{
	"": `
		nobody                      sign_in        sign_in        sign_in        sign_in
		host                        early          wait           wait           door
		cohost                      early          wait           wait           door
		asked                       early          wait           wait           door
		guest                       early          wait           wait           door
		outside                     early          prompt         prompt         prompt
		member                      stranger       stranger       stranger       stranger
		owner                       stranger       stranger       stranger       stranger
		visitor                     stranger       stranger       stranger       stranger
		stranger                    stranger       stranger       stranger       stranger
		host's link                 early          sign_in        sign_in        sign_in
		asked's link                early          sign_in        sign_in        sign_in
		guest's link                early          sign_in        sign_in        sign_in
		outside's link              early          sign_in        sign_in        sign_in
		new's link                  early          sign_in        sign_in        sign_in
		outside by the link of outside  early      prompt         prompt         prompt
		guest by the link of guest  early          wait           wait           door
		stranger by the link of new wrong_account  wrong_account  wrong_account  wrong_account
		host by the link of guest   wrong_account  wrong_account  wrong_account  wrong_account`,
	"passwordless": `
		nobody                      sign_in        sign_in        sign_in        sign_in
		outside                     early          prompt         prompt         prompt
		stranger                    stranger       stranger       stranger       stranger
		host's link                 early          sign_in        sign_in        sign_in
		cohost's link               early          sign_in        sign_in        sign_in
		asked's link                early          name           name           name
		guest's link                early          name           name           name
		outside's link              early          name           name           name
		new's link                  early          name           name           name
		guest by the link of guest  early          wait           wait           door
		stranger by the link of new wrong_account  wrong_account  wrong_account  wrong_account`,
	"passwordless, no mail": `
		asked's link                early          sign_in        sign_in        sign_in
		guest's link                early          sign_in        sign_in        sign_in
		outside's link              early          sign_in        sign_in        sign_in
		new's link                  early          name           name           name`,
	"lobby": `
		host                        early          wait           wait           door
		asked                       early          wait           wait           door
		outside                     early          prompt         prompt         prompt
		member                      early          ask            ask            ask
		visitor                     early          ask            ask            ask
		stranger                    early          ask            ask            ask
		nobody                      sign_in        sign_in        sign_in        sign_in`,
	"before host": `
		host                        early          door           door           door
		asked                       early          door           door           door
		guest                       early          door           door           door
		outside                     early          prompt         prompt         prompt
		stranger                    stranger       stranger       stranger       stranger`,
	"before host, lobby": `
		host                        early          door           door           door
		asked                       early          wait           wait           door`,
	"room": `
		asked                       early          wait           wait           door
		member                      stranger       stranger       stranger       stranger
		stranger                    stranger       stranger       stranger       stranger`,
	"team room": `
		asked                       early          wait           wait           door
		member                      early          wait           wait           door
		owner                       early          wait           wait           door
		visitor                     early          ask            ask            ask
		stranger                    early          ask            ask            ask
		nobody                      sign_in        sign_in        sign_in        sign_in`,
	"open room": `
		member                      early          wait           wait           door
		visitor                     early          wait           wait           door
		outside                     early          prompt         prompt         prompt
		stranger                    early          prompt         prompt         prompt
		nobody                      sign_in        sign_in        sign_in        sign_in`,
	"open room, lobby": `
		member                      early          wait           wait           door
		stranger                    early          prompt         prompt         prompt`,
	"held elsewhere": `
		host                        early          door           door           door
		asked                       early          door           door           door
		outside                     early          prompt         prompt         prompt
		stranger                    stranger       stranger       stranger       stranger`,
	"held elsewhere, lobby": `
		asked                       early          door           door           door
		stranger                    stranger       stranger       stranger       stranger`,
}

func TestResolve_Status(t *testing.T) {
	for _, settings := range sortedKeys(statusTables) {
		t.Run(settings, func(t *testing.T) {
			h := newFixture(t, settings)
			for _, line := range strings.Split(strings.TrimSpace(statusTables[settings]), "\n") {
				words := strings.Fields(line)
				who, said := strings.Join(words[:len(words)-4], " "), words[len(words)-4:]
				for n, moment := range []string{"ahead", "soon", "late", "running"} {
					if got := h.moveTo(moment).visit(who).Status; string(got) != said[n] {
						t.Errorf("%s, %s: %s, want %s", who, moment, got, said[n])
					}
				}
				for moment, want := range map[string]join.Status{"ended": join.Ended, "cancelled": join.Cancelled, "missed": join.NeverStarted} {
					if got := h.moveTo(moment).visit(who).Status; got != want {
						t.Errorf("%s, %s: %s, want %s", who, moment, got, want)
					}
				}
			}
		})
	}
}

// A row is the state of a participant, then the status long before, soon before, late, and while it runs.
func TestResolve_StatusByParticipantState(t *testing.T) {
	for settings, table := range map[string]string{
		"": `
			asked          waiting   early     lobby     lobby     lobby
			asked          admitted  early     wait      wait      in
			asked          refused   refused   refused   refused   refused
			asked          out       out       out       out       out
			asked          declined  early     wait      wait      door
			outside        declined  declined  declined  declined  declined
			outside        waiting   early     lobby     lobby     lobby
			outside        admitted  early     prompt    prompt    prompt
			new's link     out       out       out       out       out
			new's link     refused   refused   refused   refused   refused`,
		"passwordless": `
			new's link     declined  declined  declined  declined  declined
			new's link     admitted  early     name      name      name
			guest's link   admitted  early     wait      wait      in
			guest's link   waiting   early     lobby     lobby     lobby
			host's link    admitted  early     sign_in   sign_in   sign_in`,
		"held elsewhere": `
			asked          admitted  early     elsewhere elsewhere elsewhere
			asked          out       out       out       out       out`,
	} {
		h := newFixture(t, settings)
		for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
			words := strings.Fields(line)
			who, state, said := strings.Join(words[:len(words)-5], " "), words[len(words)-5], words[len(words)-4:]
			address := strings.TrimSuffix(who, "'s link") + "@x.example"
			before := h.state(address)
			h.setState(address, state)
			for n, moment := range []string{"ahead", "soon", "late", "running"} {
				if got := h.moveTo(moment).visit(who).Status; string(got) != said[n] {
					t.Errorf("%s: %s who is %s, %s: got %s, want %s", settings, who, state, moment, got, said[n])
				}
			}
			h.setState(address, before)
		}
	}
}

func TestResolve_CanStart(t *testing.T) {
	h := newFixture(t, "")
	for who, want := range map[string][4]bool{
		"host": {false, true, true, false}, "cohost": {}, "asked": {}, "owner": {}, "host's link": {}, "host by the link of guest": {}, "nobody": {},
	} {
		for n, moment := range []string{"ahead", "soon", "late", "running"} {
			if got := h.moveTo(moment).visit(who).CanStart; got != want[n] {
				t.Errorf("%s, %s: starts %v, want %v", who, moment, got, want[n])
			}
		}
	}
}
