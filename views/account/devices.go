package account

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// otherDevices takes the place of a device's id in a URL and means all devices but the current one.
const otherDevices = "others"

func deviceRows(e *core.RequestEvent, account *core.Record) (devicesProps, error) {
	props := devicesProps{Times: accounts.ReaderZone(account, time.UTC)}
	logins, err := accounts.Devices(e.App, account)
	if err != nil {
		return props, err
	}
	for _, login := range logins {
		row := deviceRow{ID: login.Id, Name: login.Device(), Address: login.IP(), Started: login.Started(), LastSeen: login.LastSeen(), IsPhone: login.IsMobile()}
		if here := web.Login(e); here != nil && here.Id == login.Id {
			row.Current = true
			props.Rows = append([]deviceRow{row}, props.Rows...)
			continue
		}
		props.Rows = append(props.Rows, row)
	}
	return props, nil
}

// endDevicePage asks for confirmation before a device is signed out.
func endDevicePage(e *core.RequestEvent) error {
	props, err := loadAccountPage(e)
	if err != nil {
		return err
	}
	props.SignOutDialog = props.Devices.confirmEnd(e.Request.PathValue("id"))
	if props.SignOutDialog == nil {
		return errs.ErrNotFound
	}
	return web.Render(e, 200, accountView(props))
}

func endDevice(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if id == otherDevices {
		return endOtherDevices(e)
	}
	login, err := accounts.EndDevice(e.App, e.Auth, id, e.RealIP())
	if errors.Is(err, errs.ErrNotFound) {
		web.SetToast(e, "That device was already signed out.")
		return web.Redirect(e, paths.AccountDevices)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, login.Device()+" was signed out.")
	return web.Redirect(e, paths.AccountDevices)
}

func endOtherDevices(e *core.RequestEvent) error {
	if err := accounts.EndOtherDevices(e.App, e.Auth, web.Login(e), e.RealIP()); err != nil {
		return err
	}
	web.SetToast(e, "All other devices were signed out.")
	return web.Redirect(e, paths.AccountDevices)
}

// confirmEnd returns the confirmation before a device, or all others, are signed out; nil for an unknown device.
func (p devicesProps) confirmEnd(id string) *ui.ConfirmProps {
	ask := &ui.ConfirmProps{ID: "end", Action: devicePath(id), Danger: true, Open: true, CloseURL: paths.AccountDevices}
	if id == otherDevices {
		ask.Title, ask.ConfirmLabel = "Sign out all other devices?", "Sign out other devices"
		return ask
	}
	for _, row := range p.Rows {
		if row.ID == id {
			ask.Title, ask.ConfirmLabel = "Sign out "+text.Isolate(row.Name)+"?", "Sign out"
			return ask
		}
	}
	return nil
}
