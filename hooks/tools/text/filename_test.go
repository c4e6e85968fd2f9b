package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"Kestrel, reel 3 grade":          "Kestrel, reel 3 grade",
		"  Théo  Lambert ":               "Théo Lambert",
		"Zoe\u0308":                      "Zoë",
		"../../etc/passwd":               "etc passwd",
		`C:\Windows\"x"?*<|>`:            "C Windows x",
		".hidden":                        "hidden",
		"name.":                          "name",
		"a\x00b\r\nSet-Cookie: x\x7f":    "ab Set-Cookie x",
		"photo\u202egnp.exe":             "photognp.exe",
		"日本語":                            "日本語",
		"":                               "recording",
		"...":                            "recording",
		"/":                              "recording",
		"con":                            "recording",
		"COM1.txt":                       "recording",
		"Comedy":                         "Comedy",
		"bad\xffutf8":                    "badutf8",
		"-rf *":                          "rf",
		"\u200b\u200b":                   "recording",
		strings.Repeat("é", 200):         strings.Repeat("é", 80),
		strings.Repeat("x", 159) + " yz": strings.Repeat("x", 159),
	} {
		got := FileName(name, "recording")
		if got != want {
			t.Errorf("FileName(%q) is %q, want %q", name, got, want)
		}
		if !utf8.ValidString(got) || len(got) > maxFileName {
			t.Errorf("FileName(%q) has %d bytes, want valid UTF-8 of at most %d", name, len(got), maxFileName)
		}
	}
}

func TestASCII(t *testing.T) {
	for text, want := range map[string]string{"Théo Lambert": "Theo Lambert", "Łukasz": "_ukasz", "日本": "__", "a\nb": "a_b", "plain": "plain"} {
		if got := ASCII(text); got != want {
			t.Errorf("ASCII(%q) is %q, want %q", text, got, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("a/b")
	f.Fuzz(func(t *testing.T, name string) {
		got := FileName(name, "recording")
		if got == "" || len(got) > maxFileName || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\:*?\"<>|\x00\r\n") || strings.HasPrefix(got, ".") || isDevice(got) {
			t.Errorf("FileName(%q) is %q, want a name without a path or reserved characters", name, got)
		}
	})
}
