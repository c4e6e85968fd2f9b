package record_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/record"
)

func TestARefusalSaysFieldCodeAndSentence(t *testing.T) {
	wrapped := fmt.Errorf("invite: %w", record.Refuse("email", "bad_email", "No @ in the address."))
	field, code, sentence, ok := record.Refusal(wrapped)
	if field != "email" || code != "bad_email" || sentence != "No @ in the address." || !ok || record.Code(wrapped) != "bad_email" {
		t.Errorf("%q %q %q %v", field, code, sentence, ok)
	}
	for _, err := range []error{nil, errors.New("the disk is full"), record.ErrNotFound, validation.Errors{"a": errors.New("plain")}} {
		if _, _, _, ok := record.Refusal(err); ok || record.Code(err) != "" {
			t.Errorf("%v is a refusal", err)
		}
	}
	two := validation.Errors{"name": validation.NewError("required", "A name."), "email": validation.NewError("bad_email", "An address.")}
	if field, _, _, _ := record.Refusal(two); field != "email" {
		t.Errorf("the first by name is %q", field)
	}
	if record.Code(record.Forbid("No.")) != record.CodeNotAllowed {
		t.Error("Forbid")
	}
	var slow *record.Slow
	if err := record.TooMany(time.Minute, "Wait."); record.Code(err) != record.CodeTooMany || !errors.As(err, &slow) || slow.Wait != time.Minute {
		t.Errorf("%v", err)
	}
}

func TestTheAppIsBackAfterATransaction(t *testing.T) {
	app := hookstest.New(t)
	var outer, inner core.App
	app.OnRecordCreate("users").BindFunc(func(e *core.RecordEvent) error {
		outer = e.App
		err := record.InTx(e, func() error {
			inner = e.App
			return e.Next()
		})
		if e.App != outer || inner == outer || !inner.IsTransactional() {
			t.Error("the app inside and outside")
		}
		return err
	})
	hookstest.Person(t, app, "ada@x.example")
	if inner == nil {
		t.Error("the hook did not run")
	}
}

func TestACheckAndItsWriteAreRolledBackTogether(t *testing.T) {
	app := hookstest.New(t)
	app.OnRecordCreateExecute("plans").BindFunc(record.Guard(func(tx core.App, r *core.Record) error {
		hookstest.Person(t, tx, "made-by-the-check@x.example")
		return nil
	}))
	app.OnRecordCreateExecute("plans").BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return errors.New("the disk is full")
	})
	if err := app.Save(hookstest.Blank(t, app, "plans", map[string]any{"key": "new", "name": "New"})); err == nil {
		t.Fatal("saved")
	}
	if n := hookstest.Count(t, app, "users"); n != 0 {
		t.Errorf("%d accounts are left", n)
	}
	if n := hookstest.Count(t, app, "plans"); n != 4 {
		t.Errorf("%d plans", n)
	}
}

func TestTextThatPeopleRead(t *testing.T) {
	for _, s := range []struct{ in, want, code string }{
		{"Halation Post", "Halation Post", ""},
		{"  Halation \t\n Post ", "Halation Post", ""},
		{"", "", ""},
		{strings.Repeat("é", 60), strings.Repeat("é", 60), ""},
		{strings.Repeat("é", 61), "", "too_long"},
		{"a\x00b", "", "bad_text"},
		{"a\x1bb", "", "bad_text"},
		{"a\u202eb", "", "bad_text"},
		{"a\u2066b", "", "bad_text"},
		{"a\u200fb", "", "bad_text"},
		{"a\u200bb", "", "bad_text"},
		{"\u3164", "", "bad_text"},
		{"Co\u00adhost \u00ad", "Cohost", ""},
		{"\u2063\u034f", "", "bad_text"},
		{"a\ufeffb", "", "bad_text"},
		{"a\xffb", "", "bad_text"},
		{"https://evil.example", "", "bad_text"},
		{"javascript://x", "", "bad_text"},
		{"10:30 / 11:00", "10:30 / 11:00", ""},
		{"שלום", "שלום", ""},
		{"👩‍🚀 Crew", "👩‍🚀 Crew", ""},
	} {
		got, err := record.Line("name", "The name", s.in, 60)
		hookstest.Refused(t, fmt.Sprintf("%q", s.in), err, s.code)
		if s.code == "" && got != s.want {
			t.Errorf("%q became %q", s.in, got)
		}
	}
	for in, code := range map[string]string{" \t": "required", "a": "", "a\x00": "bad_text"} {
		_, err := record.RequiredLine("name", "The name", in, 60)
		hookstest.Refused(t, fmt.Sprintf("required %q", in), err, code)
	}
	for _, s := range []struct{ in, want, code string }{
		{" Two\r\nlines,\tand a tab \n", "Two\nlines,\tand a tab", ""},
		{"a\rb", "", "bad_text"},
		{"a\u202eb", "", "bad_text"},
		{strings.Repeat("é", 61), "", "too_long"},
		{"https://x.example is fine here", "https://x.example is fine here", ""},
	} {
		got, err := record.Paragraph("note", "The note", s.in, 60)
		hookstest.Refused(t, fmt.Sprintf("paragraph %q", s.in), err, s.code)
		if s.code == "" && got != s.want {
			t.Errorf("%q became %q", s.in, got)
		}
	}
}

func TestAPatternHasNoSignsOfItsOwn(t *testing.T) {
	app := hookstest.New(t)
	for text, found := range map[string]bool{"100%": true, "0%_": true, `_\`: true, `100%_\ sure`: true, "1%0": false, "1_0": false, "100_": false} {
		var got bool
		if err := app.DB().NewQuery(`SELECT '100%_\ sure' LIKE {:like} ESCAPE '\'`).Bind(dbx.Params{"like": record.Like(text)}).Row(&got); err != nil || got != found {
			t.Errorf("%q is found: %v, %v", text, got, err)
		}
	}
}

func TestWhatChanged(t *testing.T) {
	app := hookstest.New(t)
	r := hookstest.Blank(t, app, "plans", map[string]any{"key": "new", "name": "New", "licences": 3})
	if !record.Changed(r, "position") {
		t.Error("all of a new record is new")
	}
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	r = hookstest.Stored(t, app, "plans", r.Id)
	r.Set("licences", 3)
	if record.Changed(r, "key", "name", "licences") {
		t.Error("the same is a change")
	}
	r.Set("licences", 4)
	if !record.Changed(r, "key", "licences") || record.Changed(r, "key", "name") {
		t.Error("a change is none, or none is one")
	}
}
