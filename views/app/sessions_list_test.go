package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"testing"

	"usher/hooks/addresslist"
	"usher/hooks/hookstest"
	"usher/hooks/sessions"
)

func TestSessionForm_ExportedLists_AreRead(t *testing.T) {
	w := newFixture(t)
	olga := w.As(w.olga)
	for _, sample := range hookstest.SampleLists(t) {
		for field, part := range map[string]string{"guests": sessions.Attendee, "presenters": sessions.Presenter} {
			r := olga.Post(appURL+"/sessions/new", sessionForm(field, sample.Text))
			if r.Status != http.StatusSeeOther {
				t.Errorf("%s: %d, want %v", sample.Name, r.Status, http.StatusSeeOther)
				continue
			}
			people, err := sessions.ListParticipants(w.App, path.Base(r.Location))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range people {
				if p.Role() == part {
					got = append(got, addresslist.Format(addresslist.Entry{Name: p.GetString("name"), Address: p.Address()}))
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, sample.Want) {
				t.Errorf("%s as %s: %q, want %v", sample.Name, field, got, sample.Want)
			}
		}
	}
}

// The script of the form asks the server what a list says.
func TestParsePeople_ReturnsInvitees(t *testing.T) {
	w := newFixture(t)
	for _, sample := range hookstest.SampleLists(t) {
		r := w.As(w.olga).Post(appURL+"/people", url.Values{"list": {sample.Text}})
		var answer struct{ People []struct{ Text string } }
		if err := json.Unmarshal([]byte(r.Body), &answer); err != nil || r.Status != http.StatusOK {
			t.Fatal(r.Status, err)
		}
		var got []string
		for _, one := range answer.People {
			got = append(got, one.Text)
		}
		if !slices.Equal(got, sample.Want) {
			t.Errorf("%s: %q, want %v", sample.Name, got, sample.Want)
		}
	}
	r := w.As(w.olga).Post(appURL+"/people", url.Values{"list": {"Somebody <paul@halation.example>; signedOut"}})
	assertPage(t, r, 200, `{"name":"Paul","email":"paul@halation.example","text":"Somebody \u003cpaul@halation.example\u003e","member":true}`,
		`{"name":"","email":"signedOut","text":"signedOut","member":false}`)
	if r := w.As(w.stranger).Post(appURL+"/people", url.Values{"list": {"a@x.example"}}); r.Status != http.StatusNotFound {
		t.Errorf("a stranger: %d, want %v", r.Status, http.StatusNotFound)
	}
}
