package web

import (
	"io"
	"mime"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
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
