package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

const (
	maxFile  = 2 << 20  // bytes of a file; a larger file is an error of its field
	maxText  = 3 << 20  // bytes of one field
	maxParts = 50       // fields of a form
	maxDrain = 64 << 20 // bytes that are read in total, so that the browser gets to the response
)

// AllowUploads lifts the body limit for forms with files. ReadForm enforces its own limits, so that the response can be the form again.
var AllowUploads = apis.BodyLimit(0)

// Form is a submitted form with at most one file.
type Form struct {
	url.Values
	File         []byte
	FileName     string
	FileTooLarge bool // the file was larger than maxFile and was dropped
}

// ReadForm reads the form of a request behind AllowUploads. It ignores everything after maxDrain bytes.
func ReadForm(e *core.RequestEvent) (Form, error) {
	form := Form{Values: url.Values{}}
	body := io.Reader(e.Request.Body)
	if r, ok := body.(*router.RereadableReadCloser); ok {
		body = r.ReadCloser // don't keep a copy for rereading
	}
	body = io.LimitReader(body, maxDrain)
	kind, params, _ := mime.ParseMediaType(e.Request.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		text, err := io.ReadAll(io.LimitReader(body, 3*maxText))
		if err != nil {
			return form, e.BadRequestError("The form didn't arrive completely. Send it again.", err)
		}
		form.Values, err = url.ParseQuery(string(text))
		if err != nil {
			return form, e.BadRequestError("The form can't be read. Reload the page and try again.", err)
		}
		return form, nil
	}
	reader := multipart.NewReader(body, params["boundary"])
	for range maxParts {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) || err != nil && form.FileTooLarge {
			return form, nil
		}
		if err != nil {
			return form, e.BadRequestError("The form didn't arrive completely. Send it again.", err)
		}
		if err := form.readPart(part); err != nil {
			return form, e.BadRequestError("The form didn't arrive completely. Send it again.", err)
		}
	}
	return form, nil
}

func (s *Form) readPart(part *multipart.Part) error {
	isFile, most := part.FileName() != "", int64(maxText)
	if isFile {
		most = maxFile
	}
	data, err := io.ReadAll(io.LimitReader(part, most+1))
	switch {
	case err != nil:
		return err
	case isFile && len(data) > maxFile:
		s.FileTooLarge = true
	case isFile:
		s.File, s.FileName = data, part.FileName()
	default:
		s.Add(part.FormName(), string(data[:min(len(data), maxText)]))
	}
	return nil
}
