package mp4_test

import (
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkRender makes the MP4 of a sample of 12 seconds, and reports how much faster than real time that is.
func BenchmarkRender(b *testing.B) {
	e := requireFFmpeg(b)
	parts, err := filepath.Abs(media)
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	for b.Loop() {
		if _, err := e.Render(b.Context(), sample(), parts, b.TempDir(), func(int, int64) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(12*float64(b.N)/time.Since(begun).Seconds(), "x-real-time")
}
