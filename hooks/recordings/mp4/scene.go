package mp4

import (
	"math"
	"slices"

	"usher/hooks/live/recorder"
)

const (
	width, height = 1280, 720
	fps           = 25
	frame         = 1000 / fps // milliseconds
	gap           = 8          // between pictures
	minScene      = 1000       // milliseconds; changes that follow faster are one
	maxScene      = 10 * 60 * 1000
	maxCells      = 25 // people in a grid; others are only heard
	maxColumn     = 6  // people beside a screen
)

// scene is a stretch of the recording with one layout. Its times are whole frames.
type scene struct {
	from, to int64
	cells    []cell
}

func (s scene) frames() int64 { return (s.to - s.from) / frame }

// cell is a picture in a scene: a part, or only a name.
type cell struct {
	box
	part *recorder.Part // nil: no picture
	name string
}

type box struct{ x, y, w, h int }

// scenes cuts a recording at each change of who is there and what they show.
func scenes(m *recorder.Manifest) []scene {
	end := (m.Milliseconds + frame - 1) / frame * frame
	cuts := []int64{}
	cut := func(from, to int64) { cuts = append(cuts, from/frame*frame, to/frame*frame) }
	for _, p := range m.Participants {
		for _, stay := range p.Stays {
			cut(stay.From, stay.To)
		}
	}
	for _, p := range m.Parts {
		if p.Kind != "video" {
			continue
		}
		cut(p.Offset, p.Offset+p.Duration)
		for _, muted := range p.Muted {
			cut(muted.From, muted.To)
		}
	}
	slices.Sort(cuts)
	var all []scene
	from := int64(0)
	add := func(to int64) {
		s := scene{from: from, to: to, cells: arrange(m, to-1)} // everything that changed just after from has changed by then
		if n := len(all); n > 0 && to-all[n-1].from <= maxScene && slices.Equal(all[n-1].cells, s.cells) {
			all[n-1].to = to
		} else {
			all = append(all, s)
		}
		from = to
	}
	for _, at := range append(cuts, end) {
		at = min(at, end)
		for at-from > maxScene {
			add(from + maxScene)
		}
		if at-from >= minScene && (end-at >= minScene || at == end) || at == end && at > from {
			add(at)
		}
	}
	return all
}

// arrange lays out the pictures at a time: a shared screen is large, with people in a column beside it; otherwise they're in a grid.
func arrange(m *recorder.Manifest, at int64) []cell {
	var screen *recorder.Part
	var people []cell
	for i := range m.Parts {
		if p := &m.Parts[i]; p.Source == recorder.SourceScreen && covers(p, at) && !within(p.Muted, at) && (screen == nil || p.Offset >= screen.Offset) {
			screen = p
		}
	}
	for _, person := range m.Participants {
		one, present := cell{name: person.Name}, within(person.Stays, at)
		for i := range m.Parts {
			p := &m.Parts[i]
			if p.Participant != person.ID || !covers(p, at) {
				continue
			}
			present = true
			if p.Source == recorder.SourceCamera && !within(p.Muted, at) {
				one.part = p
			}
		}
		if present {
			people = append(people, one)
		}
	}
	limit := maxCells
	if screen != nil {
		limit = maxColumn
	}
	if len(people) > limit { // those with a camera first
		slices.SortStableFunc(people, func(a, b cell) int { return btoi(a.part == nil) - btoi(b.part == nil) })
		people = people[:limit]
	}
	large, small := boxes(len(people), screen != nil)
	for i := range people {
		people[i].box = small[i]
	}
	if screen == nil {
		return people
	}
	return append([]cell{{box: large, part: screen, name: nameOf(m, screen.Participant) + "'s screen"}}, people...)
}

// boxes returns the place of a screen and those of n people. All sizes are even, as the encoder wants.
func boxes(n int, screen bool) (large box, small []box) {
	even := func(v int) int { return v &^ 1 }
	if screen {
		column := 0
		if n > 0 {
			column = 248
		}
		large = box{gap, gap, width - column - 2*gap - gap*btoi(n > 0), height - 2*gap}
		h := even(min(column*9/16, (height-gap)/max(n, 1)-gap))
		for i := range n {
			small = append(small, box{large.x + large.w + gap, gap + i*(h+gap), column, h})
		}
		return large, small
	}
	columns := int(math.Ceil(math.Sqrt(float64(n))))
	rows := (n + max(columns, 1) - 1) / max(columns, 1)
	for i := range n {
		w, h := (width-gap)/columns-gap, (height-gap)/rows-gap
		w, h = even(min(w, h*16/9)), even(min(h, w*9/16))
		inRow := columns
		if i/columns == rows-1 {
			inRow = n - (rows-1)*columns
		}
		left := (width - inRow*(w+gap) + gap) / 2
		top := (height - rows*(h+gap) + gap) / 2
		small = append(small, box{even(left + (i%columns)*(w+gap)), even(top + (i/columns)*(h+gap)), w, h})
	}
	return large, small
}

func covers(p *recorder.Part, at int64) bool { return at >= p.Offset && at < p.Offset+p.Duration }

func within(all []recorder.Interval, at int64) bool {
	return slices.ContainsFunc(all, func(i recorder.Interval) bool { return at >= i.From && at < i.To })
}

func nameOf(m *recorder.Manifest, id string) string {
	for _, p := range m.Participants {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
