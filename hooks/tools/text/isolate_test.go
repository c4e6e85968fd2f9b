package text_test

import (
	"testing"

	"usher/hooks/tools/text"
)

func TestIsolate(t *testing.T) {
	for name, want := range map[string]string{
		"":                        "",
		"Marta Oliveira":          "Marta Oliveira",
		"Łukasz, 李小龙 (2)":         "Łukasz, 李小龙 (2)",
		"שרה":                     "\u2068שרה\u2069",
		"Sara שרה (3)":            "\u2068Sara שרה (3)\u2069",
		"مرحبا":                   "\u2068مرحبا\u2069",
		"\u202eexe.nosirap\u2069": "exe.nosirap",
		"\u2069שרה\u202e":         "\u2068שרה\u2069",
	} {
		if got := text.Isolate(name); got != want {
			t.Errorf("Isolate(%q) = %q, want %q", name, got, want)
		}
	}
}
