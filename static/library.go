package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// types lists the served file types, and whether they are worth compressing.
var types = map[string]struct {
	name string
	text bool
}{
	".css":   {"text/css; charset=utf-8", true},
	".js":    {"text/javascript; charset=utf-8", true},
	".svg":   {"image/svg+xml", true},
	".txt":   {"text/plain; charset=utf-8", true},
	".woff2": {"font/woff2", false},
}

// asset is a served file.
type asset struct {
	url  string
	kind string
	body []byte
	gzip func() []byte // nil if not worth compressing
}

// load reads all files of fsys and assigns their URLs.
func load(fsys fs.FS) (*library, error) {
	l := &library{names: map[string]*asset{}, urls: map[string]*asset{}, modules: map[string][]string{}}

	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch {
		case strings.HasSuffix(name, ".css"), strings.HasPrefix(name, "js/"), strings.HasPrefix(name, "icons/lucide-"):
			return nil // part of a stylesheet, a bundle or a page
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return l.add(name, prefix+hashed(name, body), body)
	})
	if err != nil {
		return nil, err
	}
	if err := l.addScripts(fsys); err != nil {
		return nil, err
	}
	if err := l.addSheet(fsys, "main.css", sheets); err != nil {
		return nil, err
	}
	for part, names := range parts {
		if err := l.addSheet(fsys, part+".css", names); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *library) add(name, url string, body []byte) error {
	kind, ok := types[path.Ext(name)]
	if !ok {
		return fmt.Errorf("static: no content type for %s", name)
	}
	a := &asset{url: url, kind: kind.name, body: body}
	if kind.text {
		a.gzip = sync.OnceValue(func() []byte { return compress(body) })
	}
	l.names[name], l.urls[url] = a, a
	return nil
}

// hashed inserts the hash of body before the extension of name.
func hashed(name string, body []byte) string {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + short(sum[:]) + ext
}

func short(sum []byte) string { return hex.EncodeToString(sum[:6]) }

func compress(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = z.Write(body)                                  // a bytes.Buffer doesn't fail
	_ = z.Close()
	return b.Bytes()
}
