package addresslist_test

import (
	"slices"
	"testing"

	"usher/hooks/addresslist"
)

func TestTexts_PastedLists(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil,
		"a@x.example, b@x.example;c@x.example\n\nd@x.example\r\n":       {"a@x.example", "b@x.example", "c@x.example", "d@x.example"},
		`"Conti, Dario" <dario@x.example>, Nadia Holt <n@x.example>`:    {"Dario Conti <dario@x.example>", "Nadia Holt <n@x.example>"},
		"\"left open, a@x.example\nb@x.example":                         {`"left open`, "a@x.example", "b@x.example"},
		"Nadia Holt <n@x.example>\nDario <d@x.example>; e@x.example   ": {"Nadia Holt <n@x.example>", "Dario <d@x.example>", "e@x.example"},
	} {
		if got := addresslist.Texts(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %v", text, got, want)
		}
	}
}
