package commands

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

const logoSize = 192

// ring, waves and peak draw the logos of the sample teams as PNG files.
func ring() []byte {
	return renderLogo(func(x, y float64) color.Color {
		switch r := math.Hypot(x, y); {
		case math.Abs(r-0.44) < 0.055:
			return color.RGBA{255, 217, 168, 255}
		case math.Abs(r-0.48) < 0.12:
			return color.RGBA{150, 58, 38, 255}
		}
		return color.RGBA{29, 26, 28, 255}
	})
}

func waves() []byte {
	return renderLogo(func(x, y float64) color.Color {
		for _, at := range []float64{-0.2, 0.25} {
			if math.Abs(x) < 0.7 && math.Abs(y-at-0.13*math.Sin(x*9)) < 0.075 {
				return color.RGBA{143, 211, 207, 255}
			}
		}
		return color.RGBA{18, 52, 58, 255}
	})
}

func peak() []byte {
	return renderLogo(func(x, y float64) color.Color {
		if y < 0.5 && y > -0.58 && math.Abs(x) < (y+0.58)*0.58 {
			if x > 0 {
				return color.RGBA{111, 147, 174, 255}
			}
			return color.RGBA{39, 69, 94, 255}
		}
		return color.RGBA{223, 231, 238, 255}
	})
}

// renderLogo draws a square; at returns the colour of each point from -1 to 1.
func renderLogo(at func(x, y float64) color.Color) []byte {
	logo := image.NewRGBA(image.Rect(0, 0, logoSize, logoSize))
	place := func(p int) float64 { return (float64(p)+0.5)/logoSize*2 - 1 }
	for y := range logoSize {
		for x := range logoSize {
			logo.Set(x, y, at(place(x), place(y)))
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, logo) // a buffer never fails
	return out.Bytes()
}
