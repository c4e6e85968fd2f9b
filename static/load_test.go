package static

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAddressChangesWithContent(t *testing.T) {
	one, two := books(t, "a"), books(t, "b")
	for _, name := range []string{"js/main.js", "js/other.js", "vendor/x.woff2", "main.css"} {
		if one.names[name].url == two.names[name].url {
			t.Errorf("%s keeps the address %s with another content, want anything but %v", name, one.names[name].url, two.names[name].url)
		}
		if again := books(t, "a").names[name].url; again != one.names[name].url {
			t.Errorf("%s: %s, then %s, want %v", name, one.names[name].url, again, one.names[name].url)
		}
	}
	if sheet := string(one.names["main.css"].body); !strings.Contains(sheet, "url("+one.names["vendor/x.woff2"].url+")") {
		t.Errorf("the font is not named by its address: %s, want it with %q", sheet, "url("+one.names["vendor/x.woff2"].url+")")
	}
}

func TestFileWithoutContentTypeIsRefused(t *testing.T) {
	if _, err := load(fstest.MapFS{"vendor/x.exe": {Data: []byte("x")}}); err == nil {
		t.Error("loaded a file of no known kind")
	}
}

func books(t *testing.T, text string) *library {
	t.Helper()
	files := fstest.MapFS{
		"js/main.js":     {Data: []byte(`import "./other.js"`)},
		"js/other.js":    {Data: []byte(text)},
		"vendor/x.woff2": {Data: []byte(text)},
	}
	names := slices.Clone(sheets)
	for _, part := range parts {
		names = append(names, part...)
	}
	for _, name := range names {
		files[name] = &fstest.MapFile{Data: []byte("@font-face{src:url(x.woff2)}")}
	}
	l, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestScriptIsServedWithoutComments(t *testing.T) {
	l := books(t, "// what it does\n/** Contract. */\nf();\n  // why\n  g(\"// no comment\");\n")
	if got := string(l.names["js/other.js"].body); got != "f();\ng(\"// no comment\");\n" {
		t.Errorf("%q, want %q", got, "f();\ng(\"// no comment\");\n")
	}
}
