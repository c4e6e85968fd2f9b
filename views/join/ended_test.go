package join

import (
	"strings"
	"testing"

	"usher/hooks/invitations"
)

// TestNextStep_OneInstruction covers every state of a used link for every reader: the text has at most one thing to do, and
// that is the one of the button.
func TestNextStep_OneInstruction(t *testing.T) {
	states := []string{invitations.Accepted, invitations.Declined, invitations.Revoked, invitations.Expired, invitations.Replaced}
	words := map[action][]string{askInviter: {"ask Marta"}, goToTeam: {"already"}, signInToTeam: {"sign in"}, signOutFirst: {"Sign out"}, respondHere: {"respond to it here"}}
	want := map[string][4]action{ // by reader
		invitations.Accepted: {signInToTeam, goToTeam, signOutFirst, askInviter},
		invitations.Declined: {askInviter, askInviter, askInviter, askInviter},
		invitations.Revoked:  {askInviter, askInviter, askInviter, askInviter},
		invitations.Expired:  {askInviter, askInviter, askInviter, askInviter},
		invitations.Replaced: {askInviter, respondHere, signOutFirst, askInviter},
	}
	for _, state := range states {
		if endedTitles[state] == "" {
			t.Errorf("%s has no title", state)
		}
		for who := unknownReader; who <= formerReader; who++ {
			text, do := nextStep(state, who, "Marta", "Halation Post")
			if do != want[state][who] {
				t.Errorf("%s, reader %d: action %d, want %d", state, who, do, want[state][who])
			}
			for other, said := range words {
				for _, word := range said {
					if strings.Contains(text, word) != (other == do) {
						t.Errorf("%s, reader %d: %q, with the button of action %d", state, who, text, do)
					}
				}
			}
		}
	}
}
