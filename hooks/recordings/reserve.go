package recordings

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/plans"
)

// countStorageAfter and countDiskAfter are how long the counted storage and disk space are used.
const (
	countStorageAfter = 10 * time.Second
	countDiskAfter    = 2 * time.Second
)

// errStorageFull stops a recorder at the limit of its team.
var errStorageFull = errors.New("the storage of the team is full")

// ErrDiskFull stops what would use the disk space that must be left for everything else.
var ErrDiskFull = errors.New("the disk is full")

// teamStorage is the storage of a team that records.
type teamStorage struct {
	counted time.Time
	stored  int64 // of everything but the running recordings
	limit   int64
}

// diskSpace is the free disk space when it was last measured, and what was reserved since.
type diskSpace struct {
	measured time.Time
	free     int64 // -1: unknown
	reserved int64
}

// reserve counts what a recorder is about to write. Together, the recordings of a team never use more than its storage, and
// all recordings leave minDisk, and room to finish what they wrote.
func (s *supervisor) reserve(this *run, bytes int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	storage, err := s.countStorage(this.team)
	if err != nil {
		return err
	}
	var ofTeam, all int64
	for _, other := range s.runs {
		n := other.written.Load()
		all += n
		if other.team == this.team {
			ofTeam += n
		}
	}
	if storage.limit != plans.Unlimited && storage.stored+ofTeam+bytes > storage.limit {
		return errStorageFull
	}
	s.measureDisk()
	if s.disk.free >= 0 && s.disk.free-s.disk.reserved-bytes < minDisk+all {
		return ErrDiskFull
	}
	s.disk.reserved += bytes
	this.written.Add(bytes)
	return nil
}

// countStorage counts the storage of a team, unless it was counted lately. The caller holds s.mu.
func (s *supervisor) countStorage(team string) (*teamStorage, error) {
	if known := s.storage[team]; known != nil && time.Since(known.counted) < countStorageAfter {
		return known, nil
	}
	running := make([]any, 0, len(s.runs))
	for id := range s.runs {
		running = append(running, id)
	}
	counted := &teamStorage{counted: time.Now()}
	plan, err := plans.ForTeam(s.app, team)
	if err != nil {
		return nil, err
	}
	counted.limit = plan.StorageBytes()
	err = s.app.DB().Select("coalesce(sum(bytes + mp4_bytes), 0)").From("recordings").Where(dbx.HashExp{"team": team}).
		AndWhere(dbx.NotIn("id", running...)).Row(&counted.stored)
	if err != nil {
		return nil, fmt.Errorf("count the storage of a team: %w", err)
	}
	s.storage[team] = counted
	return counted, nil
}

func (s *supervisor) measureDisk() {
	if time.Since(s.disk.measured) < countDiskAfter {
		return
	}
	s.disk = diskSpace{measured: time.Now(), free: -1}
	if free, ok := engineOf(s.app).FreeDisk(s.app.DataDir()); ok {
		s.disk.free = int64(free)
	}
}
