// Package static serves scripts, styles and icons under URLs that contain a hash of their content,
// so that browsers can cache them forever.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed css/*.css js/*.js js/app/*.js js/join/*.js js/later/*.js js/live/*.js icons/*.svg
//go:embed vendor/*.css vendor/*.js vendor/*.woff2 vendor/*.txt
var files embed.FS

// prefix is the path prefix of everything that Handler serves.
const prefix = "/static/"

// sheets lists the parts of main.css. The layer order comes first, and the tokens come
// after Basecoat's, because both are outside of the layers.
var sheets = []string{
	"css/layers.css", "vendor/basecoat.min.css", "vendor/inter.css", "css/tokens.css",
	"css/base.css", "css/layout.css", "css/menu.css", "css/seats.css", "css/chips.css", "css/filters.css",
	"css/table.css", "css/details.css", "css/delivery.css", "css/dialog.css", "css/forms.css", "css/notice.css", "css/outcome.css",
	"css/blank.css", "css/import.css", "css/public.css", "css/account.css", "css/audit.css", "css/permissions.css", "css/rooms.css", "css/search.css", "css/util.css",
}

// parts lists the stylesheets of some areas, each also with a folder of modules: the pages before a session and of a
// room, the App, the live session, and the description of the API.
var parts = map[string][]string{
	"join": {"css/join.css"},
	"app":  {"css/calendar.css", "css/calendar-grid.css", "css/sessions.css", "css/roomtimes.css"},
	"docs": {"css/docs.css"},
	"live": {"css/live.css", "css/live-tiles.css", "css/live-panel.css"},
}

// types lists the served file types, and whether they are worth compressing.
var types = map[string]struct {
	name string
	text bool
}{
	".css":   {"text/css; charset=utf-8", true},
	".js":    {"text/javascript; charset=utf-8", true},
	".svg":   {"image/svg+xml", true},
	".txt":   {"text/plain; charset=utf-8", true},
	".woff2": {"font/woff2", false},
}

// asset is a served file.
type asset struct {
	url  string
	kind string
	body []byte
	gzip func() []byte // nil if not worth compressing
}

// library holds the assets by name and by URL.
type library struct {
	names   map[string]*asset
	urls    map[string]*asset
	modules map[string][]string // by part; modules of every page under ""
}

var shelf = sync.OnceValue(func() *library {
	l, err := load(files)
	if err != nil {
		panic(err) // the files are embedded, so an error is a build error
	}
	return l
})

// URL returns the URL of the file called name, such as "main.css" or "js/main.js".
// It panics if there is no such file.
func URL(name string) string {
	a, ok := shelf().names[name]
	if !ok {
		panic("static: no file " + strconv.Quote(name))
	}
	return a.url
}

// Modules returns the URLs of the JavaScript modules of every page, the entry first, for modulepreload.
func Modules() []string { return slices.Clone(shelf().modules[""]) }

// ModulesOf returns the URLs of the additional modules of a part, the entry first. Those of "later" have no entry: other modules load
// them when they are needed.
func ModulesOf(part string) []string { return slices.Clone(shelf().modules[part]) }

// Icon returns the SVG of the Lucide icon called name.
func Icon(name string) ([]byte, error) {
	return files.ReadFile("icons/lucide-" + name + ".svg")
}

// Handler serves the files that URL names, cacheable forever, and 404 for everything else.
func Handler() http.Handler { return shelf() }

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := l.urls[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	if a == l.names["js/worker.js"] {
		h.Set("Service-Worker-Allowed", "/") // the worker handles the forms of every page
	}
	body := a.body
	if a.gzip != nil {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = a.gzip()
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}

func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(coding) != "gzip" {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		return !ok || strings.Trim(q, "0.") != ""
	}
	return false
}

// load reads all files of fsys and assigns their URLs.
func load(fsys fs.FS) (*library, error) {
	l := &library{names: map[string]*asset{}, urls: map[string]*asset{}, modules: map[string][]string{}}

	var scripts []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch {
		case strings.HasSuffix(name, ".css"), strings.HasPrefix(name, "icons/lucide-"):
			return nil // part of main.css or of a part's stylesheet
		case strings.HasPrefix(name, "js/"):
			scripts = append(scripts, name)
			return nil
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return l.add(name, prefix+hashed(name, body), body)
	})
	if err != nil {
		return nil, err
	}
	if err := l.addScripts(fsys, scripts); err != nil {
		return nil, err
	}
	if err := l.addSheet(fsys, "main.css", sheets); err != nil {
		return nil, err
	}
	for part, names := range parts {
		if err := l.addSheet(fsys, part+".css", names); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// addScripts puts the modules into one folder named by the hash of all of them, so that
// they can import each other by relative names.
func (l *library) addScripts(fsys fs.FS, names []string) error {
	all := sha256.New()
	bodies := make([][]byte, len(names))
	for i, name := range names {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		body = remarks.ReplaceAll(body, nil)
		fmt.Fprintf(all, "%s %d\n", name, len(body))
		all.Write(body)
		bodies[i] = body
	}
	folder := prefix + "js." + short(all.Sum(nil)) + "/"
	for i, name := range names {
		url := folder + strings.TrimPrefix(name, "js/")
		if err := l.add(name, url, bodies[i]); err != nil {
			return err
		}
		part := strings.Trim(strings.TrimPrefix(path.Dir(name), "js"), "/")
		switch path.Base(name) {
		case "theme.js", "worker.js": // a classic script and a worker, not modules
		case "main.js":
			l.modules[part] = slices.Insert(l.modules[part], 0, url)
		default:
			l.modules[part] = append(l.modules[part], url)
		}
	}
	return nil
}

// remarks matches comment lines and indents of a script, which aren't served. No string or comment in a
// script spans several lines.
var remarks = regexp.MustCompile(`(?m)^[ \t]*(?://.*|/\*\*.*\*/)\n|^[ \t]+`)

// said matches comments of a stylesheet, except licences, and indents.
var said = regexp.MustCompile(`(?s)/\*[^!].*?\*/\s*|(?m:^[ \t]+)`)

// addSheet joins parts into one stylesheet without comments and indents, and points fonts to their hashed URLs.
func (l *library) addSheet(fsys fs.FS, sheet string, parts []string) error {
	var b bytes.Buffer
	for _, name := range parts {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		b.Write(body)
		b.WriteByte('\n')
	}
	body := said.ReplaceAll(b.Bytes(), nil)
	for name, a := range l.names {
		if path.Ext(name) == ".woff2" {
			body = bytes.ReplaceAll(body, []byte("url("+path.Base(name)+")"), []byte("url("+a.url+")"))
		}
	}
	return l.add(sheet, prefix+hashed(sheet, body), body)
}

func (l *library) add(name, url string, body []byte) error {
	kind, ok := types[path.Ext(name)]
	if !ok {
		return fmt.Errorf("static: no content type for %s", name)
	}
	a := &asset{url: url, kind: kind.name, body: body}
	if kind.text {
		a.gzip = sync.OnceValue(func() []byte { return compress(body) })
	}
	l.names[name], l.urls[url] = a, a
	return nil
}

// hashed inserts the hash of body before the extension of name.
func hashed(name string, body []byte) string {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + short(sum[:]) + ext
}

func short(sum []byte) string { return hex.EncodeToString(sum[:6]) }

func compress(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = z.Write(body)                                  // a bytes.Buffer doesn't fail
	_ = z.Close()
	return b.Bytes()
}
