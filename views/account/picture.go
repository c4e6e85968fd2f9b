package account

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/record"
	"usher/views/web"
)

// showPicture shows a person's picture to who shares a team with him; for everybody else there is none. Another picture
// has another name, so a browser may keep each of them.
func showPicture(e *core.RequestEvent) error {
	person, err := pictured(e)
	if err != nil {
		return err
	}
	files, err := e.App.NewFilesystem()
	if err != nil {
		return err
	}
	defer files.Close()
	name := person.GetString("avatar")
	key := person.BaseFilesPath() + "/" + name
	if there, err := files.Exists(key); err != nil || !there {
		return record.ErrNotFound
	}
	e.Response.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	return files.Serve(e.Response, e.Request, key, name)
}

// pictured is the person whose picture the address names, for who may see it.
func pictured(e *core.RequestEvent) (*core.Record, error) {
	user, hash := e.Request.PathValue("user"), e.Request.PathValue("hash")
	if e.Auth == nil || accounts.PicturePath(user, hash) == "" {
		return nil, record.ErrNotFound
	}
	together, err := actors.Together(e.App, e.Auth.Id, user)
	if err != nil {
		return nil, err
	}
	person, err := e.App.FindRecordById("users", user)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (!together || person.GetString("avatar") != hash) {
		return nil, record.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find whose picture it is: %w", err)
	}
	return person, nil
}

func setPicture(e *core.RequestEvent) error {
	form, err := web.ReadForm(e)
	if err != nil {
		return err
	}
	if form.Large {
		faults := web.Faults{"picture": "The file is larger than 1 MB and was not read. Choose a smaller picture."}
		return pictureAgain(e, http.StatusRequestEntityTooLarge, faults)
	}
	err = accounts.SetPicture(e.App, e.Auth, form.File, e.RealIP())
	if faults, ok := web.FaultsOf(err); ok {
		web.SetWait(e, err)
		return pictureAgain(e, web.Status(err), faults)
	}
	if err != nil {
		return err
	}
	web.Toast(e, "Your picture is changed.")
	return web.Go(e, "/account")
}

func pictureAgain(e *core.RequestEvent, status int, faults web.Faults) error {
	props, err := profileProps(e)
	if err != nil {
		return err
	}
	props.Picture.Faults = faults
	return web.Render(e, status, accountSheet(props))
}

func dropPicture(e *core.RequestEvent) error {
	if err := accounts.DropPicture(e.App, e.Auth, e.RealIP()); err != nil {
		return err
	}
	web.Toast(e, "Your picture is removed.")
	return web.Go(e, "/account")
}
