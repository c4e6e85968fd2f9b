package player

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Chapter is a place in a recording at which someone joined or shared their screen.
type Chapter struct {
	At   int64 // milliseconds since the start
	Icon string
	Text string
}

const (
	atStart      = 5_000  // who joins until then was there at the start
	together     = 15_000 // joins within it are one chapter
	reconnection = 30_000 // who comes back within it hadn't left
	maxChapters  = 500
)

// Chapters returns the chapters of a recording in order. The first one is its start.
func Chapters(people []Person, parts []Part) []Chapter {
	names := map[string]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	all := append(joins(people), screens(parts, names)...)
	slices.SortStableFunc(all, func(a, b Chapter) int { return cmp.Compare(a.At, b.At) })
	return all[:min(len(all), maxChapters)]
}

// joins returns the start, and a chapter for each group of participants who joined later.
func joins(people []Person) []Chapter {
	type arrival struct {
		at   int64
		name string
	}
	var arrivals []arrival
	for _, p := range people {
		left := int64(-reconnection - 1)
		for _, stay := range p.Stays {
			if stay.From-left > reconnection || left < 0 && stay.From <= atStart {
				arrivals = append(arrivals, arrival{stay.From, p.Name})
			}
			left = stay.To
		}
	}
	slices.SortStableFunc(arrivals, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	var first []string
	for len(arrivals) > 0 && arrivals[0].at <= atStart {
		first, arrivals = append(first, arrivals[0].name), arrivals[1:]
	}
	start := Chapter{Icon: "play", Text: "Start"}
	if len(first) > 0 {
		start.Text = "Start: " + list(first)
	}
	all := []Chapter{start}
	for len(arrivals) > 0 {
		at, group := arrivals[0].at, []string{}
		for len(arrivals) > 0 && arrivals[0].at-at < together {
			group, arrivals = append(group, arrivals[0].name), arrivals[1:]
		}
		all = append(all, Chapter{At: at, Icon: "user-plus", Text: list(group) + " joined"})
	}
	return all
}

// screens returns a chapter for each shared screen. A share that continues in another file is one.
func screens(parts []Part, names map[string]string) (all []Chapter) {
	until := map[string]int64{}
	shares := slices.DeleteFunc(slices.Clone(parts), func(p Part) bool { return p.Source != "screen" })
	slices.SortStableFunc(shares, func(a, b Part) int { return cmp.Compare(a.Offset, b.Offset) })
	for _, p := range shares {
		end, known := until[p.Person]
		if !known || p.Offset-end > atStart {
			all = append(all, Chapter{At: max(p.Offset, 0), Icon: "screen-share", Text: cmp.Or(names[p.Person], "Someone") + " shared their screen"})
		}
		until[p.Person] = max(end, p.Offset+p.Duration)
	}
	return all
}

// list joins names: "Marta", "Marta and Noor", "Marta, Noor and 3 others".
func list(names []string) string {
	names = slices.Compact(names)
	switch n := len(names); {
	case n == 1:
		return names[0]
	case n <= 3:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	default:
		return fmt.Sprintf("%s, %s and %d others", names[0], names[1], n-2)
	}
}
