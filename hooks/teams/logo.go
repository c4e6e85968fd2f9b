package teams

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // read
	"image/png"
	"slices"

	"github.com/pocketbase/pocketbase/tools/filesystem"
	_ "golang.org/x/image/webp" // read

	"usher/hooks/record"
)

// formats are the pictures that a logo can be. The program can read more of them than that.
var formats = []string{"png", "jpeg", "webp"}

// redraw reads a picture and writes it anew as a PNG under a name of our own, so that nothing of the
// file but its pixels is kept.
func redraw(data []byte) (*filesystem.File, error) {
	refuse := func(sentence string) error { return record.Refuse("logo", "bad_logo", sentence) }
	if len(data) > MaxLogo {
		return nil, refuse("The logo is larger than 1 MB. Choose a smaller file.")
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || !slices.Contains(formats, format) {
		return nil, refuse("This file is no picture that we can read. Choose a PNG, JPEG or WebP file.")
	}
	if config.Width > MaxLogoSide || config.Height > MaxLogoSide {
		return nil, refuse("The logo can be at most 2048 by 2048 pixels. Make it smaller first.")
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, refuse("This picture is damaged. Choose another file.")
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, err
	}
	if out.Len() > MaxLogo {
		return nil, refuse("The logo has too many details for 1 MB as a PNG. Make it smaller, 512 by 512 pixels say.")
	}
	sum := sha256.Sum256(out.Bytes())
	file, err := filesystem.NewFileFromBytes(out.Bytes(), "logo.png")
	if err != nil {
		return nil, err
	}
	file.Name = hex.EncodeToString(sum[:8]) + ".png"
	return file, nil
}
