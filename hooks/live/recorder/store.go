package recorder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
)

type writeCloser = io.WriteCloser

// store writes the files of a recording. It counts every byte before it is written, and writes nothing after the first error.
type store struct {
	reserve func(int64) error
	create  func(name string) (writeCloser, error)
	failed  func(error)
	bytes   atomic.Int64

	mu  sync.Mutex
	err error
}

func newStore(o Options, failed func(error)) *store {
	s := &store{reserve: o.Reserve, create: o.create, failed: failed}
	if s.create == nil {
		s.create = func(name string) (writeCloser, error) {
			return os.OpenFile(filepath.Join(o.Dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		}
	}
	return s
}

// open creates a file.
func (s *store) open(name string) (*file, error) {
	s.mu.Lock()
	err := s.err
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	to, err := s.create(name)
	if err != nil {
		return nil, s.fail(err)
	}
	return &file{store: s, to: to}, nil
}

// take asks for n bytes.
func (s *store) take(n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if s.reserve != nil {
		if err := s.reserve(int64(n)); err != nil {
			s.err = err
			s.failed(err)
			return err
		}
	}
	s.bytes.Add(int64(n))
	return nil
}

// fail ends all writing and returns the reason.
func (s *store) fail(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		s.failed(err)
	}
	return s.err
}

// file is a file of a store.
type file struct {
	store *store
	to    writeCloser
	bytes int64
}

func (f *file) Write(b []byte) (int, error) {
	if err := f.store.take(len(b)); err != nil {
		return 0, err
	}
	n, err := f.to.Write(b)
	f.bytes += int64(n)
	if err != nil {
		return n, f.store.fail(err)
	}
	return n, nil
}

func (f *file) close() {
	if err := f.to.Close(); err != nil {
		_ = f.store.fail(err)
	}
}
