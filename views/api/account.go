package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/members"
)

// device is a browser in which the account is signed in. API clients aren't listed.
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
		items = append(items, device{l.Id, l.Device(), l.IP(), formatTime(l.Started()), formatTime(l.LastSeen())})
	}
	return e.JSON(http.StatusOK, list[device]{items})
}

func endDevice(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if _, err := accounts.EndDevice(e.App, e.Auth, id, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, statusReply{ID: id, Status: "ended"})
}

// endDevices signs out all devices and API clients and returns a new token to the caller.
func endDevices(e *core.RequestEvent) error {
	if err := accounts.EndOtherDevices(e.App, e.Auth, nil, e.RealIP()); err != nil {
		return err
	}
	return writeAuth(e, e.Auth)
}

// passwordForm changes the password of an account.
type passwordForm struct {
	Current  string `json:"current"`
	Password string `json:"password"`
}

func changePassword(e *core.RequestEvent) error {
	var form passwordForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	if err := accounts.ChangePassword(e.App, e.Auth, form.Current, form.Password, e.RealIP()); err != nil {
		return err
	}
	return writeAuth(e, e.Auth)
}

// newAddressForm requests another email address for an account.
type newAddressForm struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

func requestAddressChange(e *core.RequestEvent) error {
	var form newAddressForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	if err := accounts.RequestAddressChange(e.App, e.Auth, form.Password, form.Email, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, pendingReply{true})
}

func cancelAddressChange(e *core.RequestEvent) error {
	if err := accounts.CancelAddressChange(e.App, e.Auth, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, pendingReply{false})
}

// addressTokenForm confirms a new email address with the token of the link sent to it.
type addressTokenForm struct {
	Token string `json:"token"`
}

func changeAddress(e *core.RequestEvent) error {
	var form addressTokenForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	account, err := accounts.ConfirmAddressChange(e.App, e.Auth, form.Token, e.RealIP())
	if err != nil {
		return err
	}
	return writeAuth(e, account)
}

// pictureForm is a new picture for an account.
type pictureForm struct {
	Picture []byte `json:"picture"` // base64
}

func setAvatar(e *core.RequestEvent) error {
	var form pictureForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	if err := accounts.SetAvatar(e.App, e.Auth, form.Picture, e.RealIP()); err != nil {
		return err
	}
	return writeAvatar(e)
}

func deleteAvatar(e *core.RequestEvent) error {
	if err := accounts.DeleteAvatar(e.App, e.Auth, e.RealIP()); err != nil {
		return err
	}
	return writeAvatar(e)
}

// pictureReply is the address of an account's picture, empty without one.
type pictureReply struct {
	Picture string `json:"picture"`
}

// writeAvatar responds with the path of the current picture.
func writeAvatar(e *core.RequestEvent) error {
	stored, err := e.App.FindRecordById("users", e.Auth.Id)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, pictureReply{accounts.AvatarPath(stored.Id, accounts.AvatarFile(stored))})
}

// accountDeletionForm confirms that an account is to be deleted.
type accountDeletionForm struct {
	Password string `json:"password"`
}

func deleteAccount(e *core.RequestEvent) error {
	var form accountDeletionForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	if err := members.DeleteAccount(e.App, e.Auth, form.Password, e.RealIP()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, statusReply{ID: e.Auth.Id, Status: "deleted"})
}

// writeAuth responds with a new token, because the action ended the token of the request.
func writeAuth(e *core.RequestEvent, account *core.Record) error {
	in, err := newAuth(account)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, in)
}
