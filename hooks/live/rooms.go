package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"github.com/pocketbase/pocketbase/core"
	"github.com/twitchtv/twirp"
)

// callTimeout is the timeout of a call to the media server.
const callTimeout = 5 * time.Second

var client = &http.Client{Timeout: callTimeout}

// emptyTimeout is how many seconds an empty media room stays open. It is opened again when someone connects.
const emptyTimeout = 300

// call calls the media server's API with all rights for that room. It returns errNotFound if the room or participant doesn't
// exist.
func call[T any](app core.App, room string, do func(context.Context, livekit.RoomService) (T, error)) (T, error) {
	var nothing T
	at, err := currentEndpoint(app)
	if err != nil {
		return nothing, err
	}
	token, err := auth.NewAccessToken(at.key, at.secret).
		SetVideoGrant(&auth.VideoGrant{RoomCreate: true, RoomList: true, RoomAdmin: true, Room: room}).SetValidFor(time.Minute).ToJWT()
	if err != nil {
		return nothing, fmt.Errorf("make a token: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	ctx, err = twirp.WithHTTPRequestHeaders(ctx, http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		return nothing, err
	}
	answer, err := do(ctx, livekit.NewRoomServiceProtobufClient(at.base, client))
	var refused twirp.Error
	if errors.As(err, &refused) && refused.Code() == twirp.NotFound {
		err = errNotFound
	}
	switch {
	case err == nil || errors.Is(err, errNotFound):
		stateOf(app).setError(nil)
	case refused == nil || refused.Code() != twirp.InvalidArgument:
		stateOf(app).setError(fmt.Errorf("it does not answer: %w", err))
		err = errors.Join(ErrUnavailable, err)
	}
	return answer, err
}

var errNotFound = errors.New("not on the media server")

func ignoreNotFound(err error, doing string) error {
	if err == nil || errors.Is(err, errNotFound) {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// OpenRoom creates the media room if it isn't open, so it can be called for every connection.
func OpenRoom(app core.App, room string) error {
	_, err := call(app, room, func(ctx context.Context, s livekit.RoomService) (*livekit.Room, error) {
		return s.CreateRoom(ctx, &livekit.CreateRoomRequest{Name: room, EmptyTimeout: emptyTimeout})
	})
	if err != nil {
		return fmt.Errorf("open a media room: %w", err)
	}
	return nil
}

// CloseRoom closes the media room and disconnects everyone. It does nothing if the room isn't open.
func CloseRoom(app core.App, room string) error {
	_, err := call(app, room, func(ctx context.Context, s livekit.RoomService) (*livekit.DeleteRoomResponse, error) {
		return s.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: room})
	})
	return ignoreNotFound(err, "close a media room")
}

// Kick disconnects a participant from the room if they are in it. Their token stays valid on the media server; Proxy keeps them
// out.
func Kick(app core.App, room, identity string) error {
	_, err := call(app, room, func(ctx context.Context, s livekit.RoomService) (*livekit.RemoveParticipantResponse, error) {
		return s.RemoveParticipant(ctx, &livekit.RoomParticipantIdentity{Room: room, Identity: identity})
	})
	return ignoreNotFound(err, "disconnect a participant")
}

// Mute turns off a participant's microphone. The participant can turn it on again.
func Mute(app core.App, room, identity string) error {
	return turnOff(app, room, identity, livekit.TrackSource_MICROPHONE)
}

// StopVideo turns off a participant's camera. The participant can turn it on again.
func StopVideo(app core.App, room, identity string) error {
	return turnOff(app, room, identity, livekit.TrackSource_CAMERA)
}

func turnOff(app core.App, room, identity string, source livekit.TrackSource) error {
	person, err := call(app, room, func(ctx context.Context, s livekit.RoomService) (*livekit.ParticipantInfo, error) {
		return s.GetParticipant(ctx, &livekit.RoomParticipantIdentity{Room: room, Identity: identity})
	})
	if err != nil {
		return ignoreNotFound(err, "turn off a device of a participant")
	}
	for _, track := range person.Tracks {
		if track.Source != source || track.Muted {
			continue
		}
		_, err := call(app, room, func(ctx context.Context, s livekit.RoomService) (*livekit.MuteRoomTrackResponse, error) {
			return s.MutePublishedTrack(ctx, &livekit.MuteRoomTrackRequest{Room: room, Identity: identity, TrackSid: track.Sid, Muted: true})
		})
		if err := ignoreNotFound(err, "turn off a device of a participant"); err != nil {
			return err
		}
	}
	return nil
}

// UpdatePermissions applies the grant to a connected participant and updates the metadata for the others. Tracks beyond the
// grant are unpublished.
func UpdatePermissions(app core.App, grant Grant) error {
	_, err := call(app, grant.Room, func(ctx context.Context, s livekit.RoomService) (*livekit.ParticipantInfo, error) {
		return s.UpdateParticipant(ctx, &livekit.UpdateParticipantRequest{
			Room: grant.Room, Identity: grant.Identity, Name: grant.Name, Metadata: grant.Metadata,
			Permission: &livekit.ParticipantPermission{
				CanSubscribe: true, CanPublish: grant.canPublish(), CanPublishSources: grant.sources(),
				CanPublishData: true,
			}})
	})
	return ignoreNotFound(err, "update the permissions of a participant")
}

// ListRooms lists the open rooms of the media server. An external one can have rooms of other applications.
func ListRooms(app core.App) ([]string, error) {
	answer, err := call(app, "", func(ctx context.Context, s livekit.RoomService) (*livekit.ListRoomsResponse, error) {
		return s.ListRooms(ctx, &livekit.ListRoomsRequest{})
	})
	if err != nil {
		return nil, fmt.Errorf("list the media rooms: %w", err)
	}
	names := make([]string, 0, len(answer.Rooms))
	for _, room := range answer.Rooms {
		names = append(names, room.Name)
	}
	return names, nil
}

// ListParticipants lists the participants of the room, without the recorder. A room that isn't open has none.
func ListParticipants(app core.App, room string) ([]Participant, error) {
	answer, err := call(app, room, func(ctx context.Context, s livekit.RoomService) (*livekit.ListParticipantsResponse, error) {
		return s.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: room})
	})
	if err := ignoreNotFound(err, "list the participants of a media room"); err != nil || answer == nil {
		return nil, err
	}
	people := make([]Participant, 0, len(answer.Participants))
	for _, p := range answer.Participants {
		if p.State != livekit.ParticipantInfo_DISCONNECTED && !isRecorder(p) {
			people = append(people, newParticipant(p))
		}
	}
	return people, nil
}

// SendData sends data to the participants with these identities, or to everyone in the room without any, with no participant as
// its sender. A room that isn't open has no one in it.
func SendData(app core.App, room, topic string, data []byte, to ...string) error {
	_, err := call(app, room, func(ctx context.Context, s livekit.RoomService) (*livekit.SendDataResponse, error) {
		return s.SendData(ctx, &livekit.SendDataRequest{Room: room, Topic: &topic, Data: data, Kind: livekit.DataPacket_RELIABLE, DestinationIdentities: to})
	})
	return ignoreNotFound(err, "send data to a media room")
}
