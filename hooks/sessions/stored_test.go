package sessions_test

import (
	"strings"
	"testing"

	"usher/hooks/mail"
)

// storedTeamDeletedEmail is an outbox record as stored by versions before the JSON keys were fixed.
const storedTeamDeletedEmail = `{"farewell":{"Props":{"To":"zed@out.example","ToName":"Zed","Team":{"Name":"Halation Post","LogoURL":"","Description":"Film finishing"},
	"By":"Olga","Host":"Olga Host","Title":"Reel 4","Description":"The last one","Starts":"2026-12-05T16:00:00Z","Ends":"2026-12-05T18:00:00Z","Zone":null,"Room":"Grading suite",
	"Link":"","Series":3,"Last":"2026-12-07T16:00:00Z","Leads":"","Stays":false,"Nameless":true,"Member":false,"Support":"help@usher.test",
	"Calendar":"QkVHSU46VkNBTEVOREFS","Method":"CANCEL"},"Zone":"Asia/Tokyo"}}`

func TestStoredEmail_OlderVersion_IsSentInFull(t *testing.T) {
	p := newMailFixture(t)
	must(t, mail.QueueDeferred(p.app, mail.Deferred{Kind: mail.KindSessionCancelled, To: "zed@out.example", About: "participant0001", Secret: storedTeamDeletedEmail}))
	sent := p.wantEmails("an email that waited during the upgrade", "Cancelled: Reel 4 > zed@out.example")
	for _, want := range []string{"Halation Post", "Olga", "Olga Host", "Grading suite", "Sunday 6 December 2026, 01:00", "3 sessions", "help@usher.test"} {
		if !strings.Contains(sent[0].Text, want) {
			t.Errorf("got %s, want %q in it", sent[0].Text, want)
		}
	}
	if len(sent[0].Files) != 1 || string(sent[0].Files[0].Content) != "BEGIN:VCALENDAR" {
		t.Errorf("got files %v, want the calendar", sent[0].Files)
	}
}
