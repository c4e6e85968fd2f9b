package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/members"
)

// device is a browser in which the account is signed in. Programs have tokens and are not listed.
type device struct {
	ID      string `json:"id"`
	Device  string `json:"device"` // "Firefox on Linux"
	Address string `json:"address"`
	Created string `json:"created"`
	Seen    string `json:"seen"`
}

func listDevices(e *core.RequestEvent) error {
	logins, err := accounts.Devices(e.App, e.Auth)
	if err != nil {
		return err
	}
	items := make([]device, 0, len(logins))
	for _, l := range logins {
		items = append(items, device{l.Id, l.Device(), l.Address(), stamp(l.Started()), stamp(l.Seen())})
	}
	return e.JSON(http.StatusOK, list[device]{items})
}

func endDevice(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if _, err := accounts.EndDevice(e.App, e.Auth, id, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, change{ID: id, Status: "ended"})
}

// endDevices signs everything out, and gives the caller a token to go on with.
func endDevices(e *core.RequestEvent) error {
	if err := accounts.EndOthers(e.App, e.Auth, nil, e.RealIP()); err != nil {
		return err
	}
	return answerAuth(e, e.Auth)
}

func changePassword(e *core.RequestEvent) error {
	var form struct {
		Current  string `json:"current"`
		Password string `json:"password"`
	}
	if err := read(e, &form); err != nil {
		return err
	}
	if err := accounts.ChangePassword(e.App, e.Auth, form.Current, form.Password, e.RealIP()); err != nil {
		return err
	}
	return answerAuth(e, e.Auth)
}

func askAddress(e *core.RequestEvent) error {
	var form struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := read(e, &form); err != nil {
		return err
	}
	if err := accounts.AskAddress(e.App, e.Auth, form.Password, form.Email, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, pending{true})
}

func dropAddress(e *core.RequestEvent) error {
	if err := accounts.DropAddress(e.App, e.Auth, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, pending{false})
}

func changeAddress(e *core.RequestEvent) error {
	var form struct {
		Token string `json:"token"`
	}
	if err := read(e, &form); err != nil {
		return err
	}
	account, err := accounts.ChangeAddress(e.App, e.Auth, form.Token, e.RealIP())
	if err != nil {
		return err
	}
	return answerAuth(e, account)
}

func setPicture(e *core.RequestEvent) error {
	var form struct {
		Picture []byte `json:"picture"` // base64
	}
	if err := read(e, &form); err != nil {
		return err
	}
	if err := accounts.SetPicture(e.App, e.Auth, form.Picture, e.RealIP()); err != nil {
		return err
	}
	return answerPicture(e)
}

func dropPicture(e *core.RequestEvent) error {
	if err := accounts.DropPicture(e.App, e.Auth, e.RealIP()); err != nil {
		return err
	}
	return answerPicture(e)
}

// answerPicture is the address at which pages show the picture now.
func answerPicture(e *core.RequestEvent) error {
	stored, err := e.App.FindRecordById("users", e.Auth.Id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"picture": accounts.PicturePath(stored.Id, stored.GetString("avatar"))})
}

func deleteAccount(e *core.RequestEvent) error {
	var form struct {
		Password string `json:"password"`
	}
	if err := read(e, &form); err != nil {
		return err
	}
	if err := members.DeleteAccount(e.App, e.Auth, form.Password, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, change{ID: e.Auth.Id, Status: "deleted"})
}

// answerAuth is a sign-in to go on with: what was done has ended the token of the request.
func answerAuth(e *core.RequestEvent, account *core.Record) error {
	in, err := signIn(account)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, in)
}
