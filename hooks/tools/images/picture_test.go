package images_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"usher/hooks/tools/errs"
	"usher/hooks/tools/images"
)

// jpegWithScans is a JPEG that goes over its pixels so many times. Each costs the file 18 bytes and the reader all of its blocks.
func jpegWithScans(side uint16, n int) []byte {
	high, low := byte(side>>8), byte(side)
	var b bytes.Buffer
	b.Write([]byte{0xff, 0xd8})
	b.Write([]byte{0xff, 0xdb, 0, 67, 0})
	b.Write(bytes.Repeat([]byte{1}, 64))
	b.Write([]byte{0xff, 0xc2, 0, 11, 8, high, low, high, low, 1, 1, 0x11, 0})      // progressive, grey
	b.Write([]byte{0xff, 0xc4, 0, 20, 0x10, 1})                                     // one code of one bit:
	b.Write(append(make([]byte, 15), 0xe0))                                         // up to 32767 blocks with nothing new
	scan := append([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0}, make([]byte, 8)...) // four times 16384 blocks
	b.Write(bytes.Repeat(scan, n))
	b.Write([]byte{0xff, 0xd9})
	return b.Bytes()
}

func TestDecode_TooManyScans_IsRefused(t *testing.T) {
	of := images.Decoder{Field: "picture", Code: "bad_picture", Label: "The picture"}
	begun := time.Now()
	_, err := of.Decode(jpegWithScans(2048, 2000)) // 36 KB; 1 MB would take thirty times as long
	if code := errs.Code(err); code != "bad_picture" {
		t.Errorf("%v after %s, want %q", err, time.Since(begun), "bad_picture")
	}
	if _, err := of.Decode(jpegWithScans(64, 12)); err != nil {
		t.Errorf("twelve scans, as cameras write them: %v", err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 640, 480)), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := of.Decode(b.Bytes()); err != nil {
		t.Error(err)
	}
}
