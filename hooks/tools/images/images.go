// Package images reads uploaded images and re-encodes them, so that only the pixels are stored: no metadata, no
// trailing data.
package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // read
	"slices"

	"github.com/pocketbase/pocketbase/tools/filesystem"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // read

	"usher/hooks/tools/errs"
)

// What a picture may be when it is sent.
const (
	MaxBytes = 1 << 20
	MaxSide  = 2048 // pixels
)

// maxScans is how often a JPEG may go over its pixels. Cameras do ten times; a small file could do so for minutes.
const maxScans = 64

var startOfScan = []byte{0xff, 0xda}

// allowedFormats are the pictures that are read. The program can read more of them than that.
var allowedFormats = []string{"png", "jpeg", "webp"}

// Decoder says what a picture is for, in its refusals.
type Decoder struct {
	Field string
	Code  string
	Label string // "The logo"
}

// Decode decodes a PNG, JPEG or WebP of at most MaxBytes and MaxSide. Its size is judged by its header, before
// there is memory for its pixels. How a camera was held is not read.
func (r Decoder) Decode(data []byte) (image.Image, error) {
	if len(data) > MaxBytes {
		return nil, r.invalid(r.Label + " is larger than 1 MB. Choose a smaller file.")
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || !slices.Contains(allowedFormats, format) {
		return nil, r.invalid("This file is no picture that we can read. Choose a PNG, JPEG or WebP file.")
	}
	if config.Width > MaxSide || config.Height > MaxSide {
		return nil, r.invalid(r.Label + " can be at most 2048 by 2048 pixels. Make it smaller first.")
	}
	if format == "jpeg" && bytes.Count(data, startOfScan) > maxScans {
		return nil, r.invalid("This picture is stored in too many steps. Open it in a picture editor, and save it anew.")
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil || picture.Bounds().Empty() {
		return nil, r.invalid("This picture is damaged. Choose another file.")
	}
	return picture, nil
}

func (r Decoder) invalid(sentence string) error { return errs.Invalid(r.Field, r.Code, sentence) }

// CropSquare draws the middle of a picture anew, side by side pixels large.
func CropSquare(picture image.Image, side int) *image.RGBA {
	b := picture.Bounds()
	edge := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-edge)/2, (b.Dy()-edge)/2))
	square := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(square, square.Bounds(), picture, image.Rectangle{corner, corner.Add(image.Pt(edge, edge))}, draw.Src, nil)
	return square
}

// NewFile is an encoded picture under a name of our own: what it holds, hashed, and the ending.
func NewFile(data []byte, ending string) (*filesystem.File, error) {
	sum := sha256.Sum256(data)
	file, err := filesystem.NewFileFromBytes(data, "picture"+ending)
	if err != nil {
		return nil, err
	}
	file.Name = hex.EncodeToString(sum[:8]) + ending
	return file, nil
}
