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

// The types of reports.
const (
	EventJoined    = "participant_joined"
	EventLeft      = "participant_left"
	EventAborted   = "participant_connection_aborted"
	EventPublished = "track_published"
	EventFinished  = "room_finished"
)

// ReportPath is the path below the public URL to which an external media server reports.
const ReportPath = "/hooks/livekit"

// maxReport is the maximum size of a report in bytes.
const maxReport = 256 << 10

// Report is an event on the media server. Reports can be late, repeated, out of order or missing.
type Report struct {
	ID          string
	Type        string // one of the constants above, or another type
	At          time.Time
	Room        string
	Participant *Participant // nil if it is about the room
	Track       *Track       // set for Published
}

// Participant is a participant's stay in a media room.
type Participant struct {
	SID      string // id of this stay; reconnecting starts a new one
	Identity string
	Name     string
	Joined   time.Time
	Active   bool // media is connected, not only signalling
	Tracks   []Track
}

// Track is a published track. Codec is the actual codec. Size and frame rate are what the participant's page announced, because
// the media server doesn't decode video. The page puts the frame rate at the end of the track's name: "camera@30".
type Track struct {
	Source string // "camera", "microphone", "screen_share", "screen_share_audio"
	Codec  string // "vp8", "opus", …
	Width  int
	Height int
	FPS    int // 0: not announced
	Stereo bool
	NoDTX  bool // silence is sent, too, as for music
}

// IsVideo reports whether the track is video.
func (t Track) IsVideo() bool { return t.Source == "camera" || t.Source == "screen_share" }

// maxDimension is larger than any real video; larger values are ignored.
const maxDimension = 16384

const receiversKey = "usher.live.receivers"

type receiver = func(app core.App, report Report) error

// OnReport registers a handler of every report. If it fails, the media server sends the report again.
func OnReport(app core.App, receive func(app core.App, report Report) error) {
	receivers, _ := app.Store().Get(receiversKey).([]receiver)
	app.Store().Set(receiversKey, append(slices.Clone(receivers), receive))
}

// CodeBadSignature is the code of a report with an invalid signature.
const CodeBadSignature = "bad_signature"

// Receive handles a report that the media server signed with its secret. Those about the recorder are ignored.
func Receive(app core.App, r *http.Request) error {
	at, err := currentEndpoint(app)
	if err != nil {
		return err
	}
	event, err := webhook.ReceiveWebhookEvent(r, auth.NewSimpleKeyProvider(at.key, at.secret))
	if err != nil {
		return errs.Invalid("base", CodeBadSignature, "The report isn't signed by this server's media server.")
	}
	if isRecorder(event.Participant) {
		return nil
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

// newReport parses an event. Events must not be logged, because those of rooms contain a password.
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

// reportListener receives the reports of the embedded media server on loopback, because this machine may not reach the public
// URL, or only with TLS.
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
				app.Logger().Error("handle a report of the media server", "error", err)
				http.Error(w, "The report could not be stored.", http.StatusInternalServerError)
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
