package join_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/join"
)

// What the media server and other pages get about a participant contains no address.
func TestPass_HoldsNoAddress(t *testing.T) {
	h := newFixture(t, "passwordless").moveTo("running")
	for _, who := range []string{"host", "asked", "guest", "new's link"} {
		v, code := h.join(who, "Newton")
		if code != "" {
			t.Fatalf("%s: %s, want none", who, code)
		}
		for name, want := range map[string]string{"Gita": "Gita", "": "Unnamed participant", v.Address(): "Unnamed participant", "Gita <gita@x.example>": "Unnamed participant"} {
			hookstest.Exec(t, h.app, "UPDATE participants SET name = {:name} WHERE id = {:id}", dbx.Params{"name": name, "id": v.Participant.Id})
			grant, err := join.ReserveSlot(h.app, h.participant(v.Address()))
			if err != nil {
				t.Fatal(err)
			}
			if grant.Name != want || strings.Contains(fmt.Sprintf("%+v", grant), "@") {
				t.Errorf("%s as %q: got %+v, want the name %s and no address", who, name, grant, want)
			}
		}
	}
}
