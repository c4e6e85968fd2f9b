package account

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// qrModule is the size of a module of a QR code in pixels.
const qrModule = 6

// qrCode returns the text as a QR code: a PNG image in a data URL, so that no request carries the text.
func qrCode(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("encode a QR code: %w", err)
	}
	size := code.Bounds().Dx() * qrModule
	scaled, err := barcode.Scale(code, size, size)
	if err != nil {
		return "", fmt.Errorf("scale a QR code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, scaled); err != nil {
		return "", fmt.Errorf("encode a QR code: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
