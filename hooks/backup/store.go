package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/tools/settings"
)

// Store is a place with backups.
type Store interface {
	// String names the place for people, without secrets.
	String() string
	// open opens a file of a backup, or returns fs.ErrNotExist.
	open(name, path string) (io.ReadCloser, error)
	// stage creates the folder in which the files that aren't copied as they are are written, and returns how to delete it.
	stage(name, dataDir string) (dir string, discard func(), err error)
	// put writes a file of a backup that isn't whole yet.
	put(ctx context.Context, name, path, from string) error
	// finish makes a backup whole with its manifest.
	finish(name string, manifest []byte) error
	// list returns the names of the whole backups, the oldest first.
	list() ([]string, error)
	// remove deletes a backup, whole or not.
	remove(name string) error
	close() error
}

// OpenStore opens a place: a folder, an S3 address, or settings.BackupDashboard, which takes the app.
func OpenStore(app core.App, place string) (Store, error) {
	if place == settings.BackupDashboard {
		if app == nil || !app.Settings().Backups.S3.Enabled {
			return nil, errors.New("S3 isn't set up for backups: turn it on in the dashboard under Settings, Backups")
		}
		files, err := app.NewBackupsFilesystem()
		if err != nil {
			return nil, fmt.Errorf("open the S3 storage of backups: %w", err)
		}
		return &s3Store{files: files, at: "S3 bucket " + app.Settings().Backups.S3.Bucket}, nil
	}
	if !strings.HasPrefix(place, "s3:") {
		return folderStore(place), nil
	}
	at, err := settings.ParseS3(place)
	if err != nil {
		return nil, err
	}
	files, err := filesystem.NewS3(at.Bucket, at.Region, at.Endpoint, at.Key, at.Secret, at.PathStyle)
	if err != nil {
		return nil, fmt.Errorf("open the S3 storage of backups: %w", err)
	}
	prefix := ""
	if at.Prefix != "" {
		prefix = at.Prefix + "/"
	}
	return &s3Store{files: files, prefix: prefix, at: at.Endpoint + "/" + at.Bucket + "/" + at.Prefix}, nil
}

// Locate opens the place of a backup, whose name is the last part of the address.
func Locate(app core.App, address string) (store Store, name string, err error) {
	before, query, hasQuery := strings.Cut(address, "?")
	if !strings.HasPrefix(address, "s3:") {
		before, hasQuery = filepath.Clean(address), false
		if full, err := filepath.Abs(before); err == nil {
			before = full
		}
	}
	before = strings.TrimRight(before, "/")
	place, name := path.Split(filepath.ToSlash(before))
	if hasQuery {
		place += "?" + query
	}
	store, err = OpenStore(app, place)
	return store, name, err
}

// folderStore is a local folder. A backup that isn't whole has a name with a dot in front.
type folderStore string

func (f folderStore) String() string { return string(f) }
func (f folderStore) close() error   { return nil }

func (f folderStore) partial(name string) string {
	return filepath.Join(string(f), "."+name+".partial")
}

// stage is the backup itself.
func (f folderStore) stage(name, _ string) (dir string, discard func(), err error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return "", nil, err
	}
	dir = f.partial(name)
	return dir, func() { _ = os.RemoveAll(dir) }, os.Mkdir(dir, 0o700)
}

func (f folderStore) open(name, path string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(f), name, filepath.FromSlash(path)))
}

func (f folderStore) put(ctx context.Context, name, path, from string) error {
	to := filepath.Join(f.partial(name), filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if from == to {
		return nil
	}
	_, err := copyFile(ctx, from, to)
	return err
}

func (f folderStore) finish(name string, manifest []byte) error {
	if err := writeFile(filepath.Join(f.partial(name), manifestFile), manifest); err != nil {
		return err
	}
	return errors.Join(os.Rename(f.partial(name), filepath.Join(string(f), name)), syncFolder(string(f)))
}

func (f folderStore) list() (names []string, err error) {
	entries, err := os.ReadDir(string(f))
	for _, entry := range entries {
		if entry.IsDir() && namePattern.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

func (f folderStore) remove(name string) error {
	return errors.Join(os.RemoveAll(filepath.Join(string(f), name)), os.RemoveAll(f.partial(name)))
}

// stagePrefix begins the names of temporary folders in the data folder.
const stagePrefix = ".backup-"

// s3Store is an S3 bucket. A backup is whole when its manifest is there.
type s3Store struct {
	files  *filesystem.System
	prefix string
	at     string
}

func (s *s3Store) String() string { return s.at }
func (s *s3Store) close() error   { return s.files.Close() }

// stage is a folder beside the database.
func (s *s3Store) stage(name, dataDir string) (dir string, discard func(), err error) {
	dir = filepath.Join(dataDir, stagePrefix+name)
	return dir, func() { _ = os.RemoveAll(dir) }, os.Mkdir(dir, 0o700)
}

func (s *s3Store) open(name, path string) (io.ReadCloser, error) {
	reader, err := s.files.GetReader(s.prefix + name + "/" + path)
	if errors.Is(err, filesystem.ErrNotFound) {
		return nil, fs.ErrNotExist
	}
	return reader, err
}

func (s *s3Store) put(ctx context.Context, name, path, from string) error {
	file, err := filesystem.NewFileFromPath(from)
	if err != nil {
		return err
	}
	s.files.SetContext(ctx)
	return s.files.UploadFile(file, s.prefix+name+"/"+path)
}

func (s *s3Store) finish(name string, manifest []byte) error {
	return s.files.Upload(manifest, s.prefix+name+"/"+manifestFile)
}

func (s *s3Store) list() (names []string, err error) {
	objects, err := s.files.List(s.prefix)
	for _, object := range objects {
		name, file, _ := strings.Cut(strings.TrimPrefix(object.Key, s.prefix), "/")
		if file == manifestFile && namePattern.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, err
}

// remove deletes the manifest first: what is left of a backup isn't one.
func (s *s3Store) remove(name string) error {
	err := s.files.Delete(s.prefix + name + "/" + manifestFile)
	if errors.Is(err, filesystem.ErrNotFound) {
		err = nil
	}
	return errors.Join(append(s.files.DeletePrefix(s.prefix+name+"/"), err)...)
}
