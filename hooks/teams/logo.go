package teams

import (
	"bytes"
	"image/png"

	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/images"
)

// reencodeLogo reads a picture and writes it anew as a PNG under a name of our own, so that nothing of the
// file but its pixels is kept.
func reencodeLogo(data []byte) (*filesystem.File, error) {
	picture, err := images.Decoder{Field: "logo", Code: "bad_logo", Label: "The logo"}.Decode(data)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, err
	}
	if out.Len() > MaxLogo {
		return nil, errs.Invalid("logo", "bad_logo", "The logo has too many details for 1 MB as a PNG. Make it smaller, 512 by 512 pixels say.")
	}
	return images.NewFile(out.Bytes(), ".png")
}
