package text_test

import (
	"fmt"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/tools/text"
)

func TestCleanLine_AndCleanText(t *testing.T) {
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
		got, err := text.CleanLine("name", "The name", s.in, 60)
		hookstest.AssertCode(t, fmt.Sprintf("%q", s.in), err, s.code)
		if s.code == "" && got != s.want {
			t.Errorf("%q became %q", s.in, got)
		}
	}
	for in, code := range map[string]string{" \t": "required", "a": "", "a\x00": "bad_text"} {
		_, err := text.RequiredLine("name", "The name", in, 60)
		hookstest.AssertCode(t, fmt.Sprintf("required %q", in), err, code)
	}
	for _, s := range []struct{ in, want, code string }{
		{" Two\r\nlines,\tand a tab \n", "Two\nlines,\tand a tab", ""},
		{"a\rb", "", "bad_text"},
		{"a\u202eb", "", "bad_text"},
		{strings.Repeat("é", 61), "", "too_long"},
		{"https://x.example is fine here", "https://x.example is fine here", ""},
	} {
		got, err := text.CleanText("note", "The note", s.in, 60)
		hookstest.AssertCode(t, fmt.Sprintf("paragraph %q", s.in), err, s.code)
		if s.code == "" && got != s.want {
			t.Errorf("%q became %q", s.in, got)
		}
	}
}

func TestShorten_CountsCharacters(t *testing.T) {
	for in, want := range map[string]string{"": "", "ééééé": "ééééé", "éééééé": "éééé…", "日本 放送局": "日本 放…", "abc def": "abc…", "a\xffbcdef": "a\ufffdbc…"} {
		if got := text.Shorten(in, 5); got != want {
			t.Errorf("Shorten(%q, 5): got %q, want %q", in, got, want)
		}
	}
}

func TestCapitalize_NotOnlyASCII(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "A", "admin role": "Admin role", "émile": "Émile", "ōsaka": "Ōsaka", "ǆ": "ǅ", "日本": "日本", "Usher": "Usher", "\xff": "\xff"} {
		if got := text.Capitalize(in); got != want {
			t.Errorf("Capitalize(%q): got %q, want %q", in, got, want)
		}
	}
}
