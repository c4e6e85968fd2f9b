package recordings

import (
	"net/http"
	"path"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/recordings"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/player"
	"usher/views/web"
)

// serveFile sends a part that the manifest of the recording lists, or a range of it. Access is checked at each request.
func serveFile(e *core.RequestEvent) error {
	found, err := find(e)
	if err != nil {
		return err
	}
	manifest, err := recordings.ReadManifest(e.App, found.Recording)
	if err != nil {
		return err
	}
	name := e.Request.PathValue("name")
	for _, part := range manifest.Parts {
		if part.File == name {
			return sendFile(e, found.Recording, name, player.MIMEType(part), "inline", partName(part, manifest))
		}
	}
	return errs.ErrNotFound
}

// sendFile sends a file of a recording, or a range of it. disposition and filename say what the browser does with it.
func sendFile(e *core.RequestEvent, r *recordings.Recording, name, mime, disposition, filename string) error {
	file, err := recordings.OpenFile(e.App, r, name)
	if err != nil {
		return err
	}
	defer file.Close()
	h := e.Response.Header()
	h.Set("Content-Type", mime)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox")
	h.Set("ETag", etag(file))
	web.SetDisposition(e, disposition, filename)
	http.ServeContent(web.LargeFile(e), e.Request, "", file.Modified, file)
	return nil
}

// etag identifies the content of a file, which changes only with its size or time.
func etag(file *recordings.File) string {
	return `"` + strconv.FormatInt(file.Size, 36) + "-" + strconv.FormatInt(file.Modified.UnixNano(), 36) + `"`
}

// Names of the parts' sources in file names.
var sourceNames = map[string]string{"camera": "camera", "microphone": "microphone", "screen": "screen", "screen_audio": "screen sound"}

// partName returns the name under which a part is saved: "Théo Lambert, camera.webm".
func partName(part recordings.Part, manifest *recordings.Manifest) string {
	name := "Participant"
	for _, one := range manifest.Participants {
		if one.ID == part.Participant {
			name = text.FileName(one.Name, name)
		}
	}
	source := sourceNames[part.Source]
	if source == "" {
		source = "track"
	}
	return name + ", " + source + path.Ext(part.File)
}
