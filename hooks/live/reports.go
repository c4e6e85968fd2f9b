package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/webhook"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"usher/hooks/tools/errs"
)

// What is reported.
const (
	EventJoined    = "participant_joined"
	EventLeft      = "participant_left"
	EventAborted   = "participant_connection_aborted"
	EventPublished = "track_published"
	EventFinished  = "room_finished"
)

// ReportPath is where an outside media server reports to, below the public address.
const ReportPath = "/hooks/livekit"

// maxReport is what a report may hold, in bytes.
const maxReport = 256 << 10

// Report is what the media server says has happened. Reports may come late, twice, in any order, or never.
type Report struct {
	ID          string
	Type        string // one of the constants above, or something that nobody needs
	At          time.Time
	Room        string
	Participant *Participant // nil where it is about the room
	Track       *Track       // of Published
}

// Participant is one stay of somebody in a media room.
type Participant struct {
	SID      string // of this stay: who comes again has another
	Identity string
	Name     string
	Joined   time.Time
	Active   bool // his media arrive; before that he only knocks
	Tracks   []Track
}

// Track is something that somebody sends. Codec is what is really sent; size and frames a second are what his page
// announced when it began to send, for the media server does not look into pictures. The page announces the frames
// at the end of the track's name: "camera@30".
type Track struct {
	Source string // "camera", "microphone", "screen_share", "screen_share_audio"
	Codec  string // "vp8", "opus", …
	Width  int
	Height int
	FPS    int // 0: not announced
	Stereo bool
	NoDTX  bool // silence is sent, too, as for music
}

// IsVideo reports whether the track is a picture.
func (t Track) IsVideo() bool { return t.Source == "camera" || t.Source == "screen_share" }

// maxDimension is more dots than any picture has in a row: what is announced beyond it is none.
const maxDimension = 16384

const receiversKey = "usher.live.receivers"

type receiver = func(app core.App, report Report) error

// OnReport registers who is told of every report. A report that he fails on is sent again by the media server.
func OnReport(app core.App, receive func(app core.App, report Report) error) {
	receivers, _ := app.Store().Get(receiversKey).([]receiver)
	app.Store().Set(receiversKey, append(slices.Clone(receivers), receive))
}

// CodeBadSignature is the code of a report that the media server did not sign.
const CodeBadSignature = "bad_signature"

// Receive takes a report that the media server signed with its secret.
func Receive(app core.App, r *http.Request) error {
	at, err := currentEndpoint(app)
	if err != nil {
		return err
	}
	event, err := webhook.ReceiveWebhookEvent(r, auth.NewSimpleKeyProvider(at.key, at.secret))
	if err != nil {
		return errs.Invalid("base", CodeBadSignature, "The report is not signed by the media server that this server uses.")
	}
	return deliver(app, newReport(event))
}

func deliver(app core.App, report Report) error {
	if report.ID == "" || report.Room == "" {
		return nil
	}
	receivers, _ := app.Store().Get(receiversKey).([]receiver)
	var faults []error
	for _, receive := range receivers {
		faults = append(faults, receive(app, report))
	}
	return errors.Join(faults...)
}

// newReport reads an event. It is written to no log: that of a room carries a password.
func newReport(event *livekit.WebhookEvent) Report {
	report := Report{ID: event.Id, Type: event.Event, At: time.Unix(event.CreatedAt, 0), Room: event.GetRoom().GetName()}
	if event.Participant != nil {
		person := newParticipant(event.Participant)
		report.Participant = &person
	}
	if event.Track != nil {
		track := newTrack(event.Track)
		report.Track = &track
	}
	return report
}

func newParticipant(p *livekit.ParticipantInfo) Participant {
	person := Participant{SID: p.Sid, Identity: p.Identity, Name: p.Name, Joined: time.Unix(p.JoinedAt, 0),
		Active: p.State == livekit.ParticipantInfo_ACTIVE}
	if p.JoinedAtMs > 0 {
		person.Joined = time.UnixMilli(p.JoinedAtMs)
	}
	for _, track := range p.Tracks {
		person.Tracks = append(person.Tracks, newTrack(track))
	}
	return person
}

func newTrack(t *livekit.TrackInfo) Track {
	_, codec, _ := strings.Cut(strings.ToLower(t.MimeType), "/")
	track := Track{Source: strings.ToLower(t.Source.String()), Codec: codec,
		Stereo: slices.Contains(t.AudioFeatures, livekit.AudioTrackFeature_TF_STEREO),
		NoDTX:  slices.Contains(t.AudioFeatures, livekit.AudioTrackFeature_TF_NO_DTX)}
	if t.Width <= maxDimension && t.Height <= maxDimension {
		track.Width, track.Height = int(t.Width), int(t.Height)
	}
	if _, announced, ok := strings.Cut(t.Name, "@"); ok {
		if fps, err := strconv.Atoi(announced); err == nil && fps > 0 && fps <= 240 {
			track.FPS = fps
		}
	}
	return track
}

// reportListener takes the reports of the embedded media server, on loopback and by itself: the public address may be
// one that this machine does not reach, or speak TLS.
type reportListener struct {
	url   string
	close func()
}

func listenForReports(app core.App) (*reportListener, error) {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for reports: %w", err)
	}
	server := &http.Server{ReadTimeout: callTimeout, WriteTimeout: 2 * callTimeout,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxReport)
			err := Receive(app, r)
			switch {
			case err == nil:
			case errs.Code(err) != "":
				http.Error(w, err.Error(), http.StatusBadRequest)
			default:
				app.Logger().Error("take a report of the media server", "error", err)
				http.Error(w, "It was not kept.", http.StatusInternalServerError)
			}
		})}
	routine.FireAndForget(func() { _ = server.Serve(socket) })
	return &reportListener{"http://" + socket.Addr().String() + ReportPath, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}}, nil
}
