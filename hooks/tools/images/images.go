// Package images reads uploaded images and re-encodes them, so that only the pixels are stored: no metadata, no
// trailing data.
package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/jpeg" // read
	"slices"

	"github.com/pocketbase/pocketbase/tools/filesystem"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // read

	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Limits of an uploaded image.
const (
	MaxBytes = 1 << 20
	MaxSide  = 2048 // pixels
)

// maxScans limits the scans of a progressive JPEG. Cameras write about ten; a malicious file could take minutes to decode.
const maxScans = 64

var startOfScan = []byte{0xff, 0xda}

// allowedFormats are the accepted formats. Other packages may register more decoders.
var allowedFormats = []string{"png", "jpeg", "webp"}

// Decoder decodes an image. Its fields describe the image in refusals.
type Decoder struct {
	Field string
	Code  string
	Label string // "The logo"
}

// Decode decodes a PNG, JPEG or WebP of at most MaxBytes and MaxSide. It checks the size in the header before allocating
// memory for pixels. It ignores EXIF orientation.
func (r Decoder) Decode(data []byte) (image.Image, error) {
	if len(data) > MaxBytes {
		return nil, r.invalid(r.Label + " is larger than " + text.Bytes(MaxBytes) + ". Choose a smaller file.")
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || !slices.Contains(allowedFormats, format) {
		return nil, r.invalid("This file isn't a supported image. Choose a PNG, JPEG or WebP file.")
	}
	if config.Width > MaxSide || config.Height > MaxSide {
		return nil, r.invalid(fmt.Sprintf("%s can be at most %d by %d pixels. Resize it and try again.", r.Label, MaxSide, MaxSide))
	}
	if format == "jpeg" && bytes.Count(data, startOfScan) > maxScans {
		return nil, r.invalid("This image can't be processed. Save it again in an image editor and try again.")
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil || picture.Bounds().Empty() {
		return nil, r.invalid("This image is damaged. Choose another file.")
	}
	return picture, nil
}

func (r Decoder) invalid(sentence string) error { return errs.Invalid(r.Field, r.Code, sentence) }

// CropSquare crops the middle of an image to a square and scales it to side by side pixels.
func CropSquare(picture image.Image, side int) *image.RGBA {
	b := picture.Bounds()
	edge := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-edge)/2, (b.Dy()-edge)/2))
	square := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(square, square.Bounds(), picture, image.Rectangle{corner, corner.Add(image.Pt(edge, edge))}, draw.Src, nil)
	return square
}

// NewFile returns a file named after the hash of its content.
func NewFile(data []byte, ending string) (*filesystem.File, error) {
	sum := sha256.Sum256(data)
	file, err := filesystem.NewFileFromBytes(data, "picture"+ending)
	if err != nil {
		return nil, err
	}
	file.Name = hex.EncodeToString(sum[:8]) + ending
	return file, nil
}
