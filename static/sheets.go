package static

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"

	"github.com/evanw/esbuild/pkg/api"
)

// sheets lists the parts of main.css. The layer order comes first, and the tokens come
// after Basecoat's, because both are outside of the layers.
var sheets = []string{
	"css/layers.css", "vendor/basecoat.min.css", "vendor/inter.css", "css/tokens.css",
	"css/base.css", "css/layout.css", "css/menu.css", "css/seats.css", "css/chips.css", "css/filters.css",
	"css/table.css", "css/details.css", "css/delivery.css", "css/dialog.css", "css/forms.css", "css/notice.css", "css/outcome.css",
	"css/blank.css", "css/import.css", "css/public.css", "css/account.css", "css/audit.css", "css/permissions.css", "css/rooms.css", "css/active.css", "css/recordings.css", "css/search.css", "css/util.css",
}

// parts lists the stylesheets of some areas, each also with a folder of modules: the pages before a session and of a
// room, the App, the live session, the player of recordings, the description of the API, the help pages, and the pages with charts, of licences and usage.
var parts = map[string][]string{
	"join":   {"css/join.css"},
	"app":    {"css/calendar.css", "css/calendar-grid.css", "css/sessions.css", "css/roomtimes.css"},
	"docs":   {"css/docs.css"},
	"help":   {"css/help.css"},
	"live":   {"css/live.css", "css/live-tiles.css", "css/live-panel.css"},
	"player": {"css/live-tiles.css", "css/player.css"},
	"charts": {"css/licences.css", "css/usage.css"},
}

// addSheet joins parts into one stylesheet, minifies it, and points fonts to their hashed URLs.
func (l *library) addSheet(fsys fs.FS, sheet string, parts []string) error {
	var b bytes.Buffer
	for _, name := range parts {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		b.Write(body)
		b.WriteByte('\n')
	}
	minified := api.Transform(b.String(), api.TransformOptions{
		Loader: api.LoaderCSS, Sourcefile: sheet, LegalComments: api.LegalCommentsInline, MinifyWhitespace: true, MinifySyntax: true,
		Target: api.ESNext,
	})
	if len(minified.Errors) > 0 {
		return fmt.Errorf("static: %s:%d: %s", sheet, minified.Errors[0].Location.Line, minified.Errors[0].Text)
	}
	body := minified.Code
	for name, a := range l.names {
		if path.Ext(name) == ".woff2" {
			body = bytes.ReplaceAll(body, []byte("url("+path.Base(name)+")"), []byte("url("+a.url+")"))
		}
	}
	return l.add(sheet, prefix+hashed(sheet, body), body)
}
