package settings

import (
	"fmt"
	"strconv"
)

// The default and the limit of recordings at the same time.
const (
	defaultRecordings = 2
	maxRecordings     = 100
)

// readRecordings reads the settings of recordings.
func (c *Config) readRecordings(getenv func(string) string) error {
	c.Recordings = defaultRecordings
	value := getenv("USHER_RECORDINGS")
	if value == "" {
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > maxRecordings {
		return fmt.Errorf("USHER_RECORDINGS is %q: set it to how many sessions can be recorded at the same time, from 0 (recording is off) to %d", value, maxRecordings)
	}
	c.Recordings = n
	return nil
}
