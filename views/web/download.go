package web

import (
	"io"
	"mime"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
)

// Download answers with a CSV file that leaves while write makes it. What fails before its first byte is an error
// like any other; after it, the file says itself that it is not whole.
func Download(e *core.RequestEvent, name string, write func(to io.Writer) error) error {
	return write(&download{e, name})
}

type download struct {
	*core.RequestEvent
	name string
}

func (d *download) Write(data []byte) (int, error) {
	if !d.Written() {
		h := d.Response.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
		d.Response.WriteHeader(http.StatusOK)
	}
	return d.Response.Write(data)
}
