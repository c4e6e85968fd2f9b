package recorder

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"usher/hooks/tools/webm"
)

// Finish makes the files of a recording seekable and writes its manifest, from what is in the folder, whether the recorder
// ended it or a crash did. It can be repeated; the files must not be moved in between. It needs free space of the size of the
// largest file.
func Finish(dir string) (*Manifest, error) {
	if err := removeTemporary(dir); err != nil {
		return nil, err
	}
	s, err := readStory(dir)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Started: s.started, Milliseconds: s.last, Reason: s.reason, Participants: s.people(), Parts: []Part{}, Skipped: s.left(), Gaps: s.gaps}
	if !s.ended {
		m.Reason = ReasonCrashed
	}
	for _, p := range s.parts {
		part, err := s.finishPart(dir, p)
		if errors.Is(err, webm.ErrEmpty) || errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("finish %s: %w", p.File, err)
		}
		m.Parts = append(m.Parts, part)
		m.Bytes += part.Bytes
		m.Milliseconds = max(m.Milliseconds, part.Offset+part.Duration)
	}
	slices.SortFunc(m.Parts, func(a, b Part) int { return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.File, b.File)) })
	if len(m.Parts) > 0 {
		m.shift(-min(m.Parts[0].Offset, 0))
	}
	return m, m.write(dir)
}

// removeTemporary removes what an interrupted Finish left.
func removeTemporary(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "*"+webm.TemporarySuffix))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// finishPart makes a file seekable and describes it.
func (s *story) finishPart(dir string, p *taken) (Part, error) {
	codec, ok := codecsByName[p.Codec]
	if !ok {
		return Part{}, webm.ErrEmpty
	}
	summary, err := webm.Finish(filepath.Join(dir, p.File), webm.Track{Codec: codec, Width: p.Width, Height: p.Height, Channels: 2})
	if err != nil {
		return Part{}, err
	}
	part := Part{File: p.File, Participant: s.identity(p.Participant), Source: p.Source, Kind: "audio", Codec: p.Codec, Offset: p.Offset,
		Duration: summary.Duration.Milliseconds(), Bytes: summary.Bytes, Truncated: !p.closed}
	if codec.IsVideo() {
		part.Kind, part.Width, part.Height = "video", p.Width, p.Height
	}
	span := Interval{part.Offset, part.Offset + part.Duration}
	if t := s.tracks[p.Track]; t != nil {
		part.Source = cmp.Or(part.Source, t.Source)
		part.Muted = clip(t.muted.list, span)
	}
	if part.Source == "" {
		part.Source = map[string]string{"audio": SourceMicrophone, "video": SourceCamera}[part.Kind]
	}
	part.Limited = clip(p.limited, span)
	return part, nil
}

// clip returns the parts of the intervals within the span.
func clip(list []Interval, span Interval) (inside []Interval) {
	for _, i := range list {
		i.From, i.To = max(i.From, span.From), min(i.To, span.To)
		if i.From < i.To {
			inside = append(inside, i)
		}
	}
	return inside
}

// shift moves the start back. The first media can have been captured before the recorder had joined.
func (m *Manifest) shift(by int64) {
	if by == 0 {
		return
	}
	m.Started = m.Started.Add(-time.Duration(by) * time.Millisecond)
	m.Milliseconds += by
	move := func(list []Interval) {
		for n := range list {
			list[n].From += by
			list[n].To += by
		}
	}
	move(m.Gaps)
	for n := range m.Participants {
		move(m.Participants[n].Stays)
	}
	for n := range m.Parts {
		m.Parts[n].Offset += by
		move(m.Parts[n].Muted)
		move(m.Parts[n].Limited)
	}
}
