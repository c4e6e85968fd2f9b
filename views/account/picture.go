package account

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/images"
	"usher/hooks/tools/text"
	"usher/views/web"
)

// serveAvatar serves a user's picture to users who share a team with them; for anyone else it isn't found. A changed picture has
// a new name, so browsers may cache it.
func serveAvatar(e *core.RequestEvent) error {
	person, err := findAvatarOwner(e)
	if err != nil {
		return err
	}
	files, err := e.App.NewFilesystem()
	if err != nil {
		return err
	}
	defer files.Close()
	name := accounts.AvatarFile(person)
	key := person.BaseFilesPath() + "/" + name
	if there, err := files.Exists(key); err != nil || !there {
		return errs.ErrNotFound
	}
	e.Response.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	return files.Serve(e.Response, e.Request, key, name)
}

// findAvatarOwner returns the account whose picture the URL names, if the reader may see it.
func findAvatarOwner(e *core.RequestEvent) (*core.Record, error) {
	user, hash := e.Request.PathValue("user"), e.Request.PathValue("hash")
	if e.Auth == nil || accounts.AvatarPath(user, hash) == "" {
		return nil, errs.ErrNotFound
	}
	together, err := actors.ShareTeam(e.App, e.Auth.Id, user)
	if err != nil {
		return nil, err
	}
	person, err := e.App.FindRecordById("users", user)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (!together || accounts.AvatarFile(person) != hash) {
		return nil, errs.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find the owner of the picture: %w", err)
	}
	return person, nil
}

func setAvatar(e *core.RequestEvent) error {
	form, err := web.ReadForm(e)
	if err != nil {
		return err
	}
	if form.FileTooLarge {
		faults := web.FormErrors{"picture": "The file is larger than " + text.Bytes(images.MaxBytes) + ". Choose a smaller picture."}
		return renderAvatarInvalid(e, http.StatusRequestEntityTooLarge, faults)
	}
	err = accounts.SetAvatar(e.App, e.Auth, form.File, e.RealIP())
	if faults, ok := web.FormErrorsOf(err); ok {
		web.SetRetryAfter(e, err)
		return renderAvatarInvalid(e, web.StatusCode(err), faults)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, "Picture updated.")
	return web.Redirect(e, paths.Account)
}

func renderAvatarInvalid(e *core.RequestEvent, status int, faults web.FormErrors) error {
	props, err := loadAccountPage(e)
	if err != nil {
		return err
	}
	props.Avatar.Errors = faults
	return web.Render(e, status, accountView(props))
}

func deleteAvatar(e *core.RequestEvent) error {
	if err := accounts.DeleteAvatar(e.App, e.Auth, e.RealIP()); err != nil {
		return err
	}
	web.SetToast(e, "Picture removed.")
	return web.Redirect(e, paths.Account)
}
