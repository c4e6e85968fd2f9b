package web

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
)

// ServeCSV streams a CSV file from write. An error before the first byte is answered like any other; after it, write must mark the
// file itself as incomplete.
func ServeCSV(e *core.RequestEvent, name string, write func(to io.Writer) error) error {
	return write(&csvResponse{e, name})
}

type csvResponse struct {
	*core.RequestEvent
	filename string
}

func (d *csvResponse) Write(data []byte) (int, error) {
	if !d.Written() {
		h := d.Response.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.filename}))
		d.Response.WriteHeader(http.StatusOK)
	}
	return d.Response.Write(data)
}

// SetDisposition says whether the browser shows a response ("inline") or saves it ("attachment"), and under which name. Programs that
// read only ASCII get the name without accents.
func SetDisposition(e *core.RequestEvent, kind, name string) {
	value := kind + `; filename="` + strings.NewReplacer(`\`, "_", `"`, "_").Replace(text.ASCII(name)) + `"`
	if plain := text.ASCII(name); plain != name {
		value += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	e.Response.Header().Set("Content-Disposition", value)
}

// writeTimeout is how long a client may take for one piece of a large file.
const writeTimeout = 2 * time.Minute

// LargeFile returns a writer of the response whose deadline begins again with each write, so that a file may take as long as it needs
// while the client reads.
func LargeFile(e *core.RequestEvent) http.ResponseWriter {
	return &largeFile{e.Response, http.NewResponseController(e.Response)}
}

type largeFile struct {
	http.ResponseWriter
	controller *http.ResponseController
}

func (w *largeFile) Write(data []byte) (int, error) {
	_ = w.controller.SetWriteDeadline(time.Now().Add(writeTimeout)) // without one, the server's deadline holds
	return w.ResponseWriter.Write(data)
}

// Unwrap returns the writer inside, for http.ResponseController.
func (w *largeFile) Unwrap() http.ResponseWriter { return w.ResponseWriter }
