package accounts

import (
	"bytes"
	"image/jpeg"
	"image/png"
	"regexp"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/audit"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/images"
)

// CodeBadAvatar is the code of a picture that is refused.
const CodeBadAvatar = "bad_picture"

// avatarSize is how large a person's picture is kept, in pixels.
const avatarSize = 256

// avatarFilePattern are the names that a picture has once it was drawn anew. What whoever runs the server puts there is not shown.
var avatarFilePattern = regexp.MustCompile(`^[0-9a-f]{16}\.(png|jpg)$`)

// AvatarPath is the address of a person's picture on this server, or empty without one: from the account's id and
// its field "avatar". It changes with the picture.
func AvatarPath(user, avatar string) string {
	if !avatarFilePattern.MatchString(avatar) {
		return ""
	}
	return "/avatar/" + user + "/" + avatar
}

// SetAvatar gives the account a picture: a PNG, JPEG or WebP file, whose middle is drawn anew as a square (R146).
func SetAvatar(app core.App, account *core.Record, data []byte, from string) error {
	if wait, ok := avatarLimit.In(app).Take(account.Id); !ok {
		return errs.RateLimited(wait, "Too many pictures in an hour. Wait a while.")
	}
	file, refused := encodeAvatar(data)
	return audit.Do(app, audit.NewAccountEntry(account, "", from, "account.picture"), func(tx core.App) error {
		if refused != nil {
			return refused
		}
		stored, err := reload(tx, account)
		if err != nil || stored.GetString("avatar") == file.Name {
			return err
		}
		stored.Set("avatar", file)
		return tx.Save(stored)
	})
}

// DeleteAvatar takes the picture away; the initials stand in for it.
func DeleteAvatar(app core.App, account *core.Record, from string) error {
	return audit.Do(app, audit.NewAccountEntry(account, "", from, "account.picture.remove"), func(tx core.App) error {
		stored, err := reload(tx, account)
		if err != nil {
			return err
		}
		stored.Set("avatar", nil)
		return tx.Save(stored)
	})
}

// encodeAvatar is a picture as it is kept: a JPEG, or a PNG where something shows through.
func encodeAvatar(data []byte) (*filesystem.File, error) {
	picture, err := images.Decoder{Field: "picture", Code: CodeBadAvatar, Label: "The picture"}.Decode(data)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	square := images.CropSquare(picture, avatarSize)
	if square.Opaque() {
		if err := jpeg.Encode(&out, square, &jpeg.Options{Quality: 88}); err != nil {
			return nil, err
		}
		return images.NewFile(out.Bytes(), ".jpg")
	}
	if err := png.Encode(&out, square); err != nil {
		return nil, err
	}
	return images.NewFile(out.Bytes(), ".png")
}
