package live

import (
	"fmt"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"github.com/pocketbase/pocketbase/core"
)

// RecorderIdentity is the identity of the recorder in a media room. A room has one at most: a second one takes the place of the
// first.
const RecorderIdentity = "usher-recorder"

// RecorderCredentials returns the internal URL of the media server and a token for the recorder of a room, valid for TokenLife.
// The recorder is hidden from participants, doesn't count as one and doesn't keep the room open; while it is connected, every
// page knows that the room is being recorded. The room must be open.
func RecorderCredentials(app core.App, room string) (url, token string, err error) {
	at, err := currentEndpoint(app)
	if err != nil {
		return "", "", err
	}
	video := &auth.VideoGrant{RoomJoin: true, Room: room, Hidden: true, Recorder: true}
	video.SetCanPublish(false)
	video.SetCanPublishData(false)
	video.SetCanSubscribe(true)
	video.SetCanUpdateOwnMetadata(false)
	token, err = auth.NewAccessToken(at.key, at.secret).SetIdentity(RecorderIdentity).SetKind(livekit.ParticipantInfo_EGRESS).
		SetVideoGrant(video).SetValidFor(TokenLife).ToJWT()
	if err != nil {
		return "", "", fmt.Errorf("make a token for a recorder: %w", err)
	}
	return at.base, token, nil
}

// isRecorder reports whether the participant is a recorder, which lists and reports leave out.
func isRecorder(p *livekit.ParticipantInfo) bool {
	return p.GetKind() == livekit.ParticipantInfo_EGRESS
}
