package recordings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// MP4WorkFolder is the folder for the files of the MP4 that is being made.
func MP4WorkFolder(app core.App) string {
	return filepath.Join(app.DataDir(), FolderName, ".mp4")
}

// LocalFiles returns a folder with the named files of a ready recording: its own, or copies in the folder work. It returns ErrDiskFull
// if the copies don't fit.
func LocalFiles(app core.App, r *Recording, work string, names []string) (string, error) {
	if r.Location() == LocationLocal {
		return Folder(app, r.Id), nil
	}
	for _, name := range names {
		if err := copyFile(app, r, name, filepath.Join(work, name)); err != nil {
			return "", err
		}
	}
	return work, nil
}

func copyFile(app core.App, r *Recording, name, path string) error {
	from, err := OpenFile(app, r, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { _ = from.Close() }()
	if !fitsOnDisk(app, from.Size) {
		return ErrDiskFull
	}
	to, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

// PutMP4 moves a finished MP4 from a path to the files of a recording.
func PutMP4(app core.App, r *Recording, path string) error {
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	if r.Location() == LocationLocal {
		return os.Rename(path, filepath.Join(Folder(app, r.Id), MP4Name))
	}
	files, prefix, err := openStorage(app, r)
	if err != nil {
		return err
	}
	defer func() { _ = files.Close() }()
	file, err := filesystem.NewFileFromPath(path)
	if err != nil {
		return err
	}
	return files.UploadFile(file, prefix+MP4Name)
}

// RemoveMP4 removes the MP4 from the files of a recording.
func RemoveMP4(app core.App, r *Recording) error {
	files, prefix, err := openStorage(app, r)
	if err != nil {
		return err
	}
	defer func() { _ = files.Close() }()
	if err := files.Delete(prefix + MP4Name); err != nil && !errors.Is(err, filesystem.ErrNotFound) {
		return err
	}
	return nil
}
