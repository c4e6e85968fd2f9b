package recordings

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
)

// Usage is the storage that a team's recordings use, including the trash, and the limit of its plan.
type Usage struct {
	Used  int64
	Limit int64 // or plans.Unlimited
	Trash int64 // part of Used
	Count int   // number of recordings, including the trash
}

// Full reports whether nothing is free.
func (u Usage) Full() bool { return u.Limit != plans.Unlimited && u.Used >= u.Limit }

// Free is how many bytes are free, or plans.Unlimited.
func (u Usage) Free() int64 {
	if u.Limit == plans.Unlimited {
		return plans.Unlimited
	}
	return max(u.Limit-u.Used, 0)
}

// DiskFull reports whether the server has less free disk space than recordings must leave for everything else.
func DiskFull(app core.App) bool { return !fitsOnDisk(app, 0) }

// fitsOnDisk reports whether that space is left after n more bytes.
func fitsOnDisk(app core.App, n int64) bool {
	free, ok := engineOf(app).FreeDisk(app.DataDir())
	return !ok || free >= minDisk+uint64(n)
}

// Storage returns the storage of a team.
func Storage(app core.App, team string) (Usage, error) {
	var u Usage
	plan, err := plans.ForTeam(app, team)
	if err != nil {
		return u, err
	}
	u.Limit = plan.StorageBytes()
	err = app.DB().NewQuery(`SELECT coalesce(sum(bytes + mp4_bytes), 0), coalesce(sum(iif(trashed != '', bytes + mp4_bytes, 0)), 0), count(*)
		FROM recordings WHERE team = {:team}`).Bind(dbx.Params{"team": team}).Row(&u.Used, &u.Trash, &u.Count)
	if err != nil {
		return u, fmt.Errorf("count the storage of a team: %w", err)
	}
	return u, nil
}
