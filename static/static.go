// Package static serves scripts, styles and icons under URLs that contain a hash of their content,
// so that browsers can cache them forever.
package static

import (
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed css/*.css js/*.js js/app/*.js js/join/*.js js/later/*.js js/live/*.js js/player/*.js icons/*.svg
//go:embed vendor/*.css vendor/*.js vendor/*.woff2 vendor/*.txt
var files embed.FS

// prefix is the path prefix of everything that Handler serves.
const prefix = "/static/"

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

// Modules returns the URLs of the JavaScript modules of every page, the entry first.
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
