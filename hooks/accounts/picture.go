package accounts

import (
	"bytes"
	"image/jpeg"
	"image/png"
	"regexp"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"usher/hooks/audit"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/images"
	"usher/hooks/tools/text"
)

// CodeBadAvatar is the code of a refused profile picture.
const CodeBadAvatar = "bad_picture"

// avatarSize is the width and height of stored profile pictures, in pixels.
const avatarSize = 256

// avatarFilePattern matches the file names of re-encoded pictures. Files that an administrator uploads in the dashboard
// aren't shown.
var avatarFilePattern = regexp.MustCompile(`^[0-9a-f]{16}\.(png|jpg)$`)

// AvatarFile returns the name of the file with the account's profile picture, or "".
func AvatarFile(account *core.Record) string { return account.GetString("avatar") }

// AvatarPath returns the path of an account's profile picture, or "" if it has none, from the account's id and its field
// "avatar". It changes with the picture.
func AvatarPath(user, avatar string) string {
	if !avatarFilePattern.MatchString(avatar) {
		return ""
	}
	return paths.Avatar(user, avatar)
}

// SetAvatar sets the profile picture of an account from a PNG, JPEG or WebP file, cropped to a square and re-encoded (R146).
func SetAvatar(app core.App, account *core.Record, data []byte, from string) error {
	if wait, ok := AvatarLimit.In(app).Take(account.Id); !ok {
		return errs.RateLimited(wait, "Too many uploads. Try again in "+text.Duration(max(wait, time.Minute))+".")
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

// DeleteAvatar removes the profile picture.
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

// encodeAvatar crops and encodes a picture as JPEG, or as PNG if it has transparency.
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
