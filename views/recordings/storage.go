package recordings

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/plans"
	"usher/hooks/recordings"
)

// nearlyFull is the share of the storage, in percent, from which Storage warns.
const nearlyFull = 90

// LoadStorage returns the storage that a team's recordings use.
func LoadStorage(app core.App, team string) (*StorageProps, error) {
	usage, err := recordings.Storage(app, team)
	if err != nil {
		return nil, err
	}
	props := &StorageProps{Used: usage.Used, Limit: usage.Limit, Trash: usage.Trash, Count: usage.Count, Unlimited: usage.Limit == plans.Unlimited}
	if !props.Unlimited && usage.Limit > 0 {
		props.Percent = int(min(usage.Used*100/usage.Limit, 100))
	}
	props.Full, props.Nearly = usage.Full(), !usage.Full() && props.Percent >= nearlyFull
	return props, nil
}
