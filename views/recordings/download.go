package recordings

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/recordings"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/web"
)

// Values of ?as= on the download.
const (
	asMP4 = "mp4"
	asZip = "zip"
)

// serveDownload sends the MP4 of a recording if there is one, and otherwise, or if asked for, a zip of its tracks.
func serveDownload(e *core.RequestEvent) error {
	found, err := find(e)
	if err != nil {
		return err
	}
	as := e.Request.URL.Query().Get("as")
	if found.Status() != recordings.StatusReady || as != "" && as != asMP4 && as != asZip {
		return errs.ErrNotFound
	}
	if as == "" {
		as = asZip
		if found.MP4Status() == recordings.MP4Ready {
			as = asMP4
		}
	}
	name := text.FileName(found.Title(), "Recording")
	if as == asMP4 {
		return sendFile(e, found.Recording, recordings.MP4Name, "video/mp4", "attachment", name+".mp4")
	}
	manifest, err := recordings.ReadManifest(e.App, found.Recording)
	if err != nil {
		return err
	}
	return sendZip(e, found.Recording, manifest, name)
}

// sendZip streams a zip of all tracks and a readme. A track that can't be read ends the connection, so that the browser doesn't take
// what arrived for the whole.
func sendZip(e *core.RequestEvent, r *recordings.Recording, manifest *recordings.Manifest, name string) error {
	h := e.Response.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Accel-Buffering", "no")
	web.SetDisposition(e, "attachment", name+".zip")
	if e.Request.Method == http.MethodHead {
		return nil
	}
	if err := writeZip(web.LargeFile(e), e.App, r, manifest, name); err != nil {
		e.App.Logger().Warn("a download of a recording ended early", "recording", r.Id, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func writeZip(to io.Writer, app core.App, r *recordings.Recording, manifest *recordings.Manifest, folder string) error {
	archive := zip.NewWriter(to)
	add := func(name string) (io.Writer, error) {
		return archive.CreateHeader(&zip.FileHeader{Name: folder + "/" + name, Method: zip.Store, Modified: r.Started()})
	}
	readme, err := add("README.txt")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(readme, readmeText(r, manifest)); err != nil {
		return err
	}
	for n, part := range manifest.Parts {
		entry, err := add(entryName(part, manifest, n))
		if err != nil {
			return err
		}
		if err := copyFile(entry, app, r, part.File); err != nil {
			return err
		}
	}
	return archive.Close()
}

func copyFile(to io.Writer, app core.App, r *recordings.Recording, name string) error {
	file, err := recordings.OpenFile(app, r, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer file.Close()
	_, err = io.Copy(to, file)
	return err
}

// entryName returns the name of a part in the zip. Its number keeps the order and makes it unique.
func entryName(part recordings.Part, manifest *recordings.Manifest, n int) string {
	return fmt.Sprintf("%02d %s", n+1, partName(part, manifest))
}
