package ui

import (
	"context"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"usher/static"
)

var iconCache sync.Map // name to content of the svg

var svgBody = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)

// Icon renders a Lucide icon next to text, hidden from screen readers. It panics if name isn't in static/icons; a test checks all
// names in templates.
func Icon(name string) templ.Component { return icon(name, `class="icon"`, "") }

// IconSize renders an icon in size "sm" or "lg".
func IconSize(name, size string) templ.Component {
	return icon(name, `class="icon" data-size="`+html.EscapeString(size)+`"`, "")
}

// IconLabel renders an icon without text next to it; screen readers read label.
func IconLabel(name, label string) templ.Component { return icon(name, `class="icon"`, label) }

func icon(name, attributes, label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		voice := `aria-hidden="true"`
		if label != "" {
			voice = `role="img" aria-label="` + html.EscapeString(label) + `"`
		}
		_, err := fmt.Fprintf(w, `<svg %s %s viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">%s</svg>`,
			attributes, voice, iconBody(name))
		return err
	})
}

func iconBody(name string) string {
	if known, ok := iconCache.Load(name); ok {
		return known.(string)
	}
	svg, err := static.Icon(name)
	if err != nil {
		panic(fmt.Sprintf("ui: no icon %q", name))
	}
	lines := strings.Fields(string(svgBody.FindSubmatch(svg)[1]))
	inner := strings.Join(lines, " ")
	iconCache.Store(name, inner)
	return inner
}
