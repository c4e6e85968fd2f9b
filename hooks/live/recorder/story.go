package recorder

import (
	"cmp"
	"regexp"
	"slices"
	"time"
)

// story is what the journal tells.
type story struct {
	started      time.Time
	last         int64 // the latest time
	ended        bool
	reason       string
	participants map[string]*stay // by id
	tracks       map[string]*announced
	parts        map[int]*taken
	skipped      map[string]entry // by track
	gaps         []Interval
	lostAt       int64 // since when the recorder is not connected; -1: it is
}

// stay is a participant from joining to leaving.
type stay struct {
	identity, name string
	present        spans
}

// announced is a track as its participant announced it.
type announced struct {
	entry
	muted spans
}

// taken is a part.
type taken struct {
	entry
	limited []Interval
	closed  bool
}

// spans are intervals, the last of which can be open.
type spans struct {
	list []Interval
	open bool
	from int64
}

func (s *spans) set(open bool, at int64) {
	switch {
	case open && !s.open:
		s.open, s.from = true, at
	case !open && s.open:
		s.open = false
		s.list = append(s.list, Interval{s.from, max(at, s.from)})
	}
}

// partFile is what the names of parts look like. Others in the journal can only be damage.
var partFile = regexp.MustCompile(`^[0-9]{4}-(audio|video)\.webm$`)

func readStory(dir string) (*story, error) {
	s := &story{participants: map[string]*stay{}, tracks: map[string]*announced{}, parts: map[int]*taken{}, skipped: map[string]entry{}, lostAt: -1}
	if err := readJournal(dir, s.add); err != nil {
		return nil, err
	}
	if s.started.IsZero() {
		return nil, errNoJournal
	}
	s.setConnected(s.lostAt < 0, s.last)
	s.closeSpans()
	return s, nil
}

func (s *story) add(e entry) {
	const longest = int64(30 * 24 * time.Hour / time.Millisecond)
	if e.At < 0 || e.At > longest || e.Offset < -longest || e.Offset > longest {
		return
	}
	s.last = max(s.last, e.At)
	switch e.Event {
	case eventStart:
		if s.started.IsZero() {
			s.started = time.UnixMilli(e.Wall).UTC()
		}
	case eventJoined:
		s.setConnected(true, e.At)
	case eventLost:
		s.setConnected(false, e.At)
		s.closeSpans() // they are announced again
	case eventEnd:
		s.ended, s.reason = true, e.Reason
	case eventParticipant:
		p := s.participants[e.Participant]
		if p == nil {
			p = &stay{}
			s.participants[e.Participant] = p
		}
		p.identity, p.name = cmp.Or(e.Identity, p.identity), cmp.Or(e.Name, p.name)
		p.present.set(!e.Gone, e.At)
	case eventTrack:
		t := s.tracks[e.Track]
		if t == nil {
			t = &announced{}
			s.tracks[e.Track] = t
		}
		t.entry = e
		t.muted.set(e.Muted, e.At)
	case eventSkipped:
		s.skipped[e.Track] = e
	default:
		s.addPart(e)
	}
}

// addPart reads what is about a part.
func (s *story) addPart(e entry) {
	if e.Event == eventPart {
		if partFile.MatchString(e.File) && s.parts[e.Part] == nil {
			s.parts[e.Part] = &taken{entry: e}
		}
		return
	}
	p := s.parts[e.Part]
	if p == nil {
		return
	}
	switch e.Event {
	case eventOffset:
		p.Offset = e.Offset
	case eventSize:
		p.Width, p.Height = e.Width, e.Height
	case eventLimited:
		p.limited = append(p.limited, Interval{e.From, e.At})
	case eventClosed:
		p.closed = true
	}
}

func (s *story) setConnected(connected bool, at int64) {
	switch {
	case !connected && s.lostAt < 0:
		s.lostAt = at
	case connected && s.lostAt >= 0:
		s.gaps = append(s.gaps, Interval{s.lostAt, at})
		s.lostAt = -1
	}
}

func (s *story) closeSpans() {
	for _, p := range s.participants {
		p.present.set(false, s.last)
	}
	for _, t := range s.tracks {
		t.muted.set(false, s.last)
	}
}

// identity returns who had the stay.
func (s *story) identity(participant string) string {
	if p := s.participants[participant]; p != nil {
		return p.identity
	}
	return participant
}

// people returns the participants with all of their stays.
func (s *story) people() []Participant {
	byIdentity := map[string]*Participant{}
	for _, p := range s.participants {
		who := byIdentity[p.identity]
		if who == nil {
			who = &Participant{ID: p.identity}
			byIdentity[p.identity] = who
		}
		who.Name = cmp.Or(p.name, who.Name)
		who.Stays = append(who.Stays, p.present.list...)
	}
	list := make([]Participant, 0, len(byIdentity))
	for _, who := range byIdentity {
		slices.SortFunc(who.Stays, compareIntervals)
		list = append(list, *who)
	}
	slices.SortFunc(list, func(a, b Participant) int {
		var first, second int64
		if len(a.Stays) > 0 && len(b.Stays) > 0 {
			first, second = a.Stays[0].From, b.Stays[0].From
		}
		return cmp.Or(cmp.Compare(first, second), cmp.Compare(a.ID, b.ID))
	})
	return list
}

func compareIntervals(a, b Interval) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// left returns the tracks that weren't recorded.
func (s *story) left() []Skipped {
	has := map[string]bool{}
	for _, p := range s.parts {
		has[p.Track] = true
	}
	all := map[string]entry{}
	for id, t := range s.tracks {
		if _, recorded := codecsByName[t.Codec]; t.Codec != "" && !recorded { // the media server may not even offer it
			all[id] = entry{Track: id, Participant: t.Participant, Source: t.Source, Codec: t.Codec, Reason: SkippedCodec}
		}
	}
	for id, e := range s.skipped {
		if t := s.tracks[id]; t != nil {
			e.Source, e.Participant = cmp.Or(e.Source, t.Source), cmp.Or(e.Participant, t.Participant)
		}
		all[id] = e
	}
	var list []Skipped
	for id, e := range all {
		if !has[id] {
			list = append(list, Skipped{s.identity(e.Participant), e.Source, e.Codec, e.Reason})
		}
	}
	slices.SortFunc(list, func(a, b Skipped) int {
		return cmp.Or(cmp.Compare(a.Participant, b.Participant), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Codec, b.Codec), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}
