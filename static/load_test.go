package static

import (
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad_NewContent_GetsNewURL(t *testing.T) {
	one, two, same := loadLibrary(t, "f()"), loadLibrary(t, "g()"), loadLibrary(t, "f()")
	for _, name := range []string{"js/main.js", "js/app/main.js", "js/worker.js", "vendor/x.woff2", "main.css"} {
		if url := one.names[name].url; url == two.names[name].url || url != same.names[name].url {
			t.Errorf("%s: got %s, %s with other content and %s with the same, want only the second to differ", name, url, two.names[name].url, same.names[name].url)
		}
	}
	if sheet := string(one.names["main.css"].body); !strings.Contains(sheet, one.names["vendor/x.woff2"].url) {
		t.Errorf("got %s, want the font's URL %s", sheet, one.names["vendor/x.woff2"].url)
	}
}

// What two entries import is loaded once, so that it has one state.
func TestLoad_SharedModule_IsAFileOfItsOwn(t *testing.T) {
	l := loadLibrary(t, "f()")
	if main, app := l.modules[""], l.modules["app"]; len(main) != 2 || len(app) != 1 {
		t.Fatalf("got the modules %v of every page and %v of the App, want the entry with what it shares, and the entry", main, app)
	}
	for _, entry := range []string{"js/main.js", "js/app/main.js"} {
		if body := string(l.names[entry].body); strings.Contains(body, "f()") || !strings.Contains(body, path.Base(l.modules[""][1])) {
			t.Errorf("%s: got %s, want it to import %s", entry, body, l.modules[""][1])
		}
	}
}

func TestLoad_WrongScript_IsRefused(t *testing.T) {
	for name, script := range map[string]string{
		"a file that doesn't exist":  `import "./missing.js"`,
		"a name that isn't exported": `import { missing } from "./other.js"; missing()`,
		"a syntax error":             `const = 1`,
	} {
		files := testFiles("f()")
		files["js/main.js"] = &fstest.MapFile{Data: []byte(script)}
		if _, err := load(files); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
}

func TestFileWithoutContentTypeIsRefused(t *testing.T) {
	if _, err := load(fstest.MapFS{"vendor/x.exe": {Data: []byte("x")}}); err == nil {
		t.Error("loaded a file of no known kind")
	}
}

func loadLibrary(t *testing.T, script string) *library {
	t.Helper()
	l, err := load(testFiles(script))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// testFiles has every stylesheet, and scripts that all contain the given one.
func testFiles(script string) fstest.MapFS {
	files := fstest.MapFS{
		"js/main.js":     {Data: []byte(`import "./other.js"`)},
		"js/app/main.js": {Data: []byte(`import "../other.js"`)},
		"js/other.js":    {Data: []byte(script + "; export const other = 1")},
		"js/theme.js":    {Data: []byte(script)},
		"js/worker.js":   {Data: []byte(script)},
		"vendor/x.woff2": {Data: []byte(script)},
	}
	names := slices.Clone(sheets)
	for _, part := range parts {
		names = append(names, part...)
	}
	for _, name := range names {
		files[name] = &fstest.MapFile{Data: []byte("@font-face{src:url(x.woff2)}")}
	}
	return files
}

func TestLoad_Script_IsServedWithoutComments(t *testing.T) {
	l := loadLibrary(t, "// what it does\n/** Contract. */\nf();\n  // why\n  g(\"// no comment\")\n")
	if got := string(l.names["js/worker.js"].body); !strings.Contains(got, `g("// no comment")`) || strings.Contains(got, "why") {
		t.Errorf("got %s, want the script without its comments", got)
	}
}
