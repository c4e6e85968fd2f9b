package teams

import (
	"bytes"
	"image/png"

	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/images"
	"usher/hooks/tools/text"
)

// reencodeLogo decodes an image and encodes it as a PNG with a generated name, so that only its pixels are kept.
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
		return nil, errs.Invalid("logo", "bad_logo", "The logo is larger than "+text.Bytes(MaxLogo)+" as a PNG. Use a smaller image, such as 512 × 512 pixels.")
	}
	return images.NewFile(out.Bytes(), ".png")
}
