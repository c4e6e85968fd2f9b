package browsertest

import (
	_ "embed"
)

// reachScript lists what a person can't read or reach on the page.
//
//go:embed testdata/reach.js
var reachScript string

// reachWidths are a phone, two windows in which the details lie over the list, and one with the details beside it.
var reachWidths = []int64{1440, 1240, 1000, 360}

// assertInReach reports what can't be read or reached on the page, at each of the widths.
func (b *tab) assertInReach(name string) {
	b.t.Helper()
	for _, width := range reachWidths {
		b.resize(width, 900)
		b.settle()
		for _, fault := range eval[[]string](b, reachScript) {
			b.t.Errorf("%s at %d pixels: %s", name, width, fault)
		}
	}
}
