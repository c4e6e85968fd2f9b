package recorder

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// journalFile is the name of the journal: a JSON object a line, each in one write. It is all that Finish needs.
const journalFile = "journal.jsonl"

// The events of the journal.
const (
	eventStart       = "start"       // Wall
	eventJoined      = "joined"      // the recorder is connected
	eventLost        = "lost"        // the recorder is not connected, because of Reason
	eventParticipant = "participant" // Participant, Identity, Name, Gone
	eventTrack       = "track"       // Track, Participant, Source, Codec, Muted, Gone
	eventSkipped     = "skipped"     // Track, Participant, Codec, Reason
	eventPart        = "part"        // a file begins: Part, File, Track, Participant, Codec, Offset, Width, Height
	eventOffset      = "offset"      // the offset of Part is Offset
	eventSize        = "size"        // the pictures of Part are Width by Height
	eventLimited     = "limited"     // frames of Part since From were dropped because of the limit of bits
	eventClosed      = "closed"      // Part is complete
	eventPanic       = "panic"       // in Reason
	eventEnd         = "end"         // Reason, empty after Stop
)

// entry is a line of the journal. Times are milliseconds since the start.
type entry struct {
	At          int64  `json:"at"`
	Event       string `json:"event"`
	Wall        int64  `json:"wall,omitempty"`        // Unix milliseconds
	Participant string `json:"participant,omitempty"` // id of the stay
	Identity    string `json:"identity,omitempty"`
	Name        string `json:"name,omitempty"`
	Gone        bool   `json:"gone,omitempty"`
	Track       string `json:"track,omitempty"`
	Source      string `json:"source,omitempty"`
	Codec       string `json:"codec,omitempty"`
	Muted       bool   `json:"muted,omitempty"`
	Part        int    `json:"part,omitempty"`
	File        string `json:"file,omitempty"`
	Offset      int64  `json:"offset,omitempty"`
	From        int64  `json:"from,omitempty"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	Reason      string `json:"reason,omitempty"`

	// For diagnosis.
	Frames   int `json:"frames,omitempty"`
	Dropped  int `json:"dropped,omitempty"`
	Lost     int `json:"lost,omitempty"`
	Requests int `json:"requests,omitempty"` // for key frames
	Silent   int `json:"silent,omitempty"`   // frames of silence that were put in
}

type journal struct {
	elapsed func() time.Duration
	mu      sync.Mutex
	file    *file
}

func newJournal(files *store, elapsed func() time.Duration) (*journal, error) {
	to, err := files.open(journalFile)
	if err != nil {
		return nil, err
	}
	return &journal{elapsed: elapsed, file: to}, nil
}

// add adds a line. Its error has ended the recording already.
func (j *journal) add(e entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.At = j.elapsed().Milliseconds()
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

func (j *journal) close() { j.file.close() }

// maxLine is the longest line of a journal that is read, in bytes. Names of participants are much shorter.
const maxLine = 64 << 10

var errNoJournal = errors.New("the recording has no journal")

// readJournal calls each with the lines. Damaged ones are left out, such as the last one after a crash.
func readJournal(dir string, each func(entry)) error {
	from, err := os.Open(filepath.Join(dir, journalFile))
	if errors.Is(err, os.ErrNotExist) {
		return errNoJournal
	} else if err != nil {
		return err
	}
	defer from.Close()
	lines := bufio.NewReaderSize(from, maxLine)
	for {
		line, tooLong, err := lines.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		for skip := tooLong; skip && err == nil; {
			_, skip, err = lines.ReadLine()
		}
		var e entry
		if !tooLong && json.Unmarshal(line, &e) == nil {
			each(e)
		}
	}
}
