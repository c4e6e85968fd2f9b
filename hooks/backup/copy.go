package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
)

// syncEvery is after how many bytes a copy is written to the disk. A large amount at the end would keep the database waiting for its
// own few.
const syncEvery = 8 << 20

// copyFile copies a file, which is on the disk when it returns. The copy stops when ctx ends.
func copyFile(ctx context.Context, from, to string) (File, error) {
	source, err := os.Open(from)
	if err != nil {
		return File{}, err
	}
	defer source.Close()
	return writeStream(ctx, source, to)
}

// writeStream writes a stream to a new file and returns its size and checksum.
func writeStream(ctx context.Context, source io.Reader, to string) (written File, err error) {
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return written, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	sum := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return written, err
		}
		n, err := io.CopyN(io.MultiWriter(target, sum), source, syncEvery)
		written.Size += n
		if err != nil && !errors.Is(err, io.EOF) {
			return written, err
		}
		if err := target.Sync(); err != nil {
			return written, err
		}
		if err != nil {
			written.SHA256 = hex.EncodeToString(sum.Sum(nil))
			return written, nil
		}
	}
}

// checksum reads a stream to its end.
func checksum(in io.Reader) (size int64, sum string, err error) {
	hash := sha256.New()
	size, err = io.Copy(hash, in)
	return size, hex.EncodeToString(hash.Sum(nil)), err
}

func writeFile(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// syncFolder makes the names in a folder survive a power failure, where the system can.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = folder.Sync()
	return folder.Close()
}
