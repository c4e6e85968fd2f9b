package text_test

import (
	"testing"

	"usher/hooks/tools/text"
)

func TestFold(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"Grade REVIEW 7", "grade review 7"},
		{"Lucía Núñez", "lucia nunez"},
		{"LUCI\u0301A", "lucia"}, // the accent as a mark of its own
		{"Łukasz Øystein Đorđe", "lukasz oystein dorde"},
		{"Straße", "strasse"},
		{"İstanbul ışık", "istanbul isik"},
		{"ΟΔΟΣ όδος", "οδοσ οδοσ"},
		{"Ёлка Йод", "елка иод"},
		{"東京", "東京"},
		{"ガ", "カ"},
		{"שָׁלוֹם", "שלום"},
		{"ﬁnance", "finance"},
		{"Æsir Œuvre Ðþ", "æsir œuvre ðþ"}, // letters of their own
		{"Ａ ア あ", "ａ ア あ"},                 // full width, katakana, hiragana
		{"Mueller Müller", "mueller muller"},
		{"Té\xff", "te\ufffd"},
	} {
		if got := text.Fold(test.in); got != test.want {
			t.Errorf("%q: got %q, want %q", test.in, got, test.want)
		}
		if again := text.Fold(text.Fold(test.in)); again != test.want {
			t.Errorf("%q: folded twice it's %q, want %q", test.in, again, test.want)
		}
	}
}

func TestContainsWords_AnyOrder(t *testing.T) {
	for search, want := range map[string]bool{"lucia herrera": true, "HERRERA, Lucía": true, "luc her": true, "": true, " , ": true, "lucia marta": false} {
		if got := text.ContainsWords("Herrera, Lucía", search); got != want {
			t.Errorf("%q: got %v, want %v", search, got, want)
		}
	}
}

func TestCleanSearch_SignsAlone_AreNoSearch(t *testing.T) {
	for search, want := range map[string]string{
		"": "", "  ": "", "---": "", " , ": "", "%": "", "- / \\ * + $ ^": "", "\u200b\u202e": "", "“…”": "", "\u0301": "",
		" R&D ": "R&D", "-a": "-a", "100 %": "100 %", "🎬": "🎬", "会議": "会議", "שרה": "שרה", "c++": "c++",
	} {
		if got := text.CleanSearch(search); got != want {
			t.Errorf("%q: got %q, want %q", search, got, want)
		}
	}
	if words := text.SearchWords("Dailies - Monday & Tuesday"); len(words) != 3 {
		t.Errorf("got %q, want the three words", words)
	}
}

func BenchmarkFold(b *testing.B) {
	for name, in := range map[string]string{"ascii": "What we look at, and what we decide", "accents": "Überblick: what we decide, à la carte"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				text.Fold(in)
			}
		})
	}
}
