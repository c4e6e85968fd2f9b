// Package backup copies the data folder while the server runs, verifies copies, and restores them. A backup is whole or not there:
// it gets its name when everything is written.
package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"time"
)

// The files of a backup and of a data folder.
const (
	manifestFile  = "manifest.json"
	databaseFile  = "data.db"
	logsFile      = "auxiliary.db"
	keyFile       = "usher.key"
	storageFolder = "storage"
)

// format is the version of the layout of a backup.
const format = 1

// nameLayout makes the names of backups, in UTC, so that they sort by time.
const nameLayout = "usher-20060102T150405Z"

var namePattern = regexp.MustCompile(`^usher-\d{8}T\d{6}Z$`)

// Manifest describes a backup.
type Manifest struct {
	Format     int            `json:"format"`
	Name       string         `json:"name"`
	Created    time.Time      `json:"created"`
	Usher      string         `json:"usher"`      // version that made it
	Schema     string         `json:"schema"`     // newest migration of the database
	Recordings bool           `json:"recordings"` // whether the files of recordings are in it
	Counts     map[string]int `json:"counts"`     // records by collection
	Files      []File         `json:"files"`
}

// File is a file of a backup.
type File struct {
	Path   string `json:"path"` // with slashes
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all files.
func (m *Manifest) Bytes() (n int64) {
	for _, file := range m.Files {
		n += file.Size
	}
	return n
}

// errForeign is the problem of something that isn't a backup of Usher.
var errForeign = errors.New("this isn't a backup of Usher")

// readManifest reads a manifest and checks that its paths stay inside the backup.
func readManifest(in io.Reader) (*Manifest, error) {
	m := &Manifest{}
	if err := json.NewDecoder(in).Decode(m); err != nil || m.Format == 0 || m.Schema == "" {
		return nil, fmt.Errorf("%w: its %s can't be read", errForeign, manifestFile)
	}
	if m.Format > format {
		return nil, fmt.Errorf("the backup was made by a newer version of Usher (%s)\n  Use that version or a later one", m.Usher)
	}
	hasDatabase := false
	for _, file := range m.Files {
		if !isSafePath(file.Path) {
			return nil, fmt.Errorf("%w: it names the file %q", errForeign, file.Path)
		}
		hasDatabase = hasDatabase || file.Path == databaseFile
	}
	if !hasDatabase {
		return nil, fmt.Errorf("%w: it has no %s", errForeign, databaseFile)
	}
	return m, nil
}

// isSafePath reports whether a path is one that a backup can have.
func isSafePath(name string) bool {
	if name == databaseFile || name == logsFile || name == keyFile {
		return true
	}
	top, _, below := strings.Cut(name, "/")
	return below && (top == storageFolder || top == recordingsFolder) && path.Clean(name) == name && !strings.ContainsAny(name, "\\\x00")
}
