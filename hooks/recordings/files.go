package recordings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/tools/errs"
)

// FolderName is the name of the folder of all recordings in the data folder, and their prefix in S3.
const FolderName = "recordings"

// The files of a recording besides its parts.
const (
	ManifestName = "manifest.json"
	MP4Name      = "recording.mp4"
)

// fileNamePattern matches the files that OpenFile opens. The journal isn't one.
var fileNamePattern = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_-]{0,120}\.webm|manifest\.json|recording\.mp4)$`)

// Folder is the local folder of a recording's files.
func Folder(app core.App, id string) string {
	return filepath.Join(app.DataDir(), FolderName, id)
}

// File is an open file of a recording. It can be read to its end although the recording is deleted meanwhile.
type File struct {
	io.ReadSeekCloser
	Name     string
	Size     int64
	Modified time.Time
}

// OpenFile opens a file of a ready recording by its name in the manifest, ManifestName or MP4Name. It returns errs.ErrNotFound for any
// other. The caller checks access and closes the file.
func OpenFile(app core.App, r *Recording, name string) (*File, error) {
	if r.Status() != StatusReady || !fileNamePattern.MatchString(name) || name == MP4Name && r.MP4Status() != MP4Ready {
		return nil, errs.ErrNotFound
	}
	files, key, err := openStorage(app, r)
	if err != nil {
		return nil, err
	}
	reader, err := files.GetReader(key + name)
	if err != nil {
		_ = files.Close()
		if errors.Is(err, filesystem.ErrNotFound) {
			return nil, errs.ErrNotFound
		}
		return nil, fmt.Errorf("open a file of a recording: %w", err)
	}
	return &File{closeBoth{reader, files}, name, reader.Size(), reader.ModTime()}, nil
}

// openStorage opens the file system that has the recording's files, and returns the prefix of their keys.
func openStorage(app core.App, r *Recording) (files *filesystem.System, prefix string, err error) {
	if r.Location() == LocationS3 {
		files, err = app.NewFilesystem()
		prefix = FolderName + "/" + r.Id + "/"
	} else {
		files, err = openLocal(app)
		prefix = r.Id + "/"
	}
	if err != nil {
		return nil, "", fmt.Errorf("open the storage of recordings: %w", err)
	}
	return files, prefix, nil
}

// openLocal opens the local folder of all recordings.
func openLocal(app core.App) (*filesystem.System, error) {
	root := filepath.Join(app.DataDir(), FolderName)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	return filesystem.NewLocal(root)
}

// closeBoth is a reader that also closes its file system.
type closeBoth struct {
	io.ReadSeekCloser
	files io.Closer
}

// Close closes the reader and the file system.
func (c closeBoth) Close() error { return errors.Join(c.ReadSeekCloser.Close(), c.files.Close()) }
