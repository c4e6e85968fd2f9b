package recorder

import (
	"sync"
	"time"
)

const (
	// believeFor is how far the timestamps of a sender are believed to be away from the arrival of packets.
	believeFor = 1500 * time.Millisecond

	// maxReports is how many reports of a participant count, about two minutes of two tracks.
	maxReports = 40

	// slewAbove is the difference from the reports that is corrected.
	slewAbove = 2 * time.Millisecond
)

// clocks has the clock of each participant, by the id of their stay.
type clocks struct {
	mu    sync.Mutex
	skews map[string]*skew
}

func newClocks() *clocks { return &clocks{skews: map[string]*skew{}} }

func (c *clocks) of(participant string) *skew {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.skews[participant]
	if s == nil {
		s = &skew{}
		c.skews[participant] = s
	}
	return s
}

func (c *clocks) forget(participant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.skews, participant)
}

// skew is by how much our clock is ahead of a participant's, by the fastest of the last sender reports. The media server
// passes reports on with the participant's own time, so that one skew holds for all tracks of a participant.
type skew struct {
	mu   sync.Mutex
	last []time.Duration
}

func (s *skew) add(arrived, sent time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.last) == maxReports {
		s.last = append(s.last[:0], s.last[1:]...)
	}
	s.last = append(s.last, arrived.Sub(sent))
}

func (s *skew) value() (least time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, d := range s.last {
		if n == 0 || d < least {
			least = d
		}
	}
	return least, len(s.last) > 0
}

// clock tells when the media of a track were captured, by our clock: first from when the first packet arrived, and then from
// the reports of the sender, to which the caller moves it. It isn't safe for concurrent use.
type clock struct {
	rate   int64 // of timestamps, a second
	skew   *skew
	anchor time.Time // when the media of timestamp were captured
	stamp  uint32
	begun  bool

	reported      time.Time // the sender's time of reportedStamp
	reportedStamp uint32
	hasReport     bool
}

// at returns when the media with the timestamp were captured. fresh is true if the timeline begins, or restarts because the
// timestamp can't be believed.
func (c *clock) at(stamp uint32, arrived time.Time) (when time.Time, fresh bool) {
	when = c.anchor.Add(c.span(stamp - c.stamp))
	if away := when.Sub(arrived); !c.begun || away > believeFor || away < -believeFor {
		c.hasReport = c.hasReport && !c.begun
		c.begun, fresh = true, true
		when = arrived
	}
	// The anchor moves along, because timestamps of video wrap around after 13 hours.
	c.anchor, c.stamp = when, stamp
	return when, fresh
}

// span is the duration between two timestamps.
func (c *clock) span(d uint32) time.Duration {
	return time.Duration(int64(int32(d)) * int64(time.Second) / c.rate)
}

// error returns how much later the reports place the media than at did. ok is false if they aren't known or not believed.
func (c *clock) error() (late time.Duration, ok bool) {
	s, known := c.skew.value()
	if !known || !c.hasReport || !c.begun {
		return 0, false
	}
	late = c.reported.Add(s).Add(c.span(c.stamp - c.reportedStamp)).Sub(c.anchor)
	return late, late <= believeFor && late >= -believeFor
}

// move moves the timeline.
func (c *clock) move(d time.Duration) { c.anchor = c.anchor.Add(d) }

// slew moves the timeline towards the reports, by most at a time.
func (c *clock) slew(most time.Duration) {
	if late, ok := c.error(); ok && (late > slewAbove || late < -slewAbove) {
		c.move(max(min(late, most), -most))
	}
}

// report takes a sender report: at its NTP time the sender was at that timestamp.
func (c *clock) report(ntp uint64, stamp uint32, arrived time.Time) {
	c.reported, c.reportedStamp, c.hasReport = ntpTime(ntp), stamp, true
	c.skew.add(arrived, c.reported)
}

// ntpTime converts an NTP timestamp: seconds since 1900 and a fraction of 32 bits.
func ntpTime(v uint64) time.Time {
	const from1900To1970 = 2_208_988_800
	return time.Unix(int64(v>>32)-from1900To1970, int64(v&0xffffffff*uint64(time.Second)>>32))
}
