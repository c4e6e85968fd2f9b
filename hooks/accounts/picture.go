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
	"usher/hooks/limits"
	"usher/hooks/pictures"
	"usher/hooks/record"
)

// CodeBadPicture is the code of a picture that is refused.
const CodeBadPicture = "bad_picture"

// pictureSide is how large a person's picture is kept, in pixels.
const pictureSide = 256

// ours are the names that a picture has once it was drawn anew. What whoever runs the server puts there is not shown.
var ours = regexp.MustCompile(`^[0-9a-f]{16}\.(png|jpg)$`)

// PicturePath is the address of a person's picture on this server, or empty without one: from the account's id and
// its field "avatar". It changes with the picture.
func PicturePath(user, avatar string) string {
	if !ours.MatchString(avatar) {
		return ""
	}
	return "/avatar/" + user + "/" + avatar
}

// SetPicture gives the account a picture: a PNG, JPEG or WebP file, whose middle is drawn anew as a square (R146).
func SetPicture(app core.App, account *core.Record, data []byte, from string) error {
	if wait, ok := limits.For(app, "picture", 20, time.Hour).Take(account.Id); !ok {
		return record.TooMany(wait, "Too many pictures in an hour. Wait a while.")
	}
	file, refused := portrait(data)
	return audit.Do(app, audit.Of(account, "", from, "account.picture"), func(tx core.App) error {
		if refused != nil {
			return refused
		}
		stored, err := again(tx, account)
		if err != nil || stored.GetString("avatar") == file.Name {
			return err
		}
		stored.Set("avatar", file)
		return tx.Save(stored)
	})
}

// DropPicture takes the picture away; the initials stand in for it.
func DropPicture(app core.App, account *core.Record, from string) error {
	return audit.Do(app, audit.Of(account, "", from, "account.picture.remove"), func(tx core.App) error {
		stored, err := again(tx, account)
		if err != nil {
			return err
		}
		stored.Set("avatar", nil)
		return tx.Save(stored)
	})
}

// portrait is a picture as it is kept: a JPEG, or a PNG where something shows through.
func portrait(data []byte) (*filesystem.File, error) {
	picture, err := pictures.Reading{Field: "picture", Code: CodeBadPicture, Label: "The picture"}.Read(data)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	square := pictures.Square(picture, pictureSide)
	if square.Opaque() {
		if err := jpeg.Encode(&out, square, &jpeg.Options{Quality: 88}); err != nil {
			return nil, err
		}
		return pictures.File(out.Bytes(), ".jpg")
	}
	if err := png.Encode(&out, square); err != nil {
		return nil, err
	}
	return pictures.File(out.Bytes(), ".png")
}
