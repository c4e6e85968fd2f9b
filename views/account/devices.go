package account

import (
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/record"
	"usher/views/ui"
	"usher/views/web"
)

// allOthers stands in an address in place of a device's id.
const allOthers = "others"

func deviceRows(e *core.RequestEvent, account *core.Record) (devicesProps, error) {
	props := devicesProps{Times: accounts.Times(account, time.UTC)}
	logins, err := accounts.Devices(e.App, account)
	if err != nil {
		return props, err
	}
	for _, login := range logins {
		row := deviceRow{ID: login.Id, Name: login.Device(), Address: login.Address(), Started: login.Started(), Seen: login.Seen(), Phone: login.Phone()}
		if here := web.Login(e); here != nil && here.Id == login.Id {
			row.Here = true
			props.Rows = append([]deviceRow{row}, props.Rows...)
			continue
		}
		props.Rows = append(props.Rows, row)
	}
	return props, nil
}

// askEnd asks before a device is signed out, and says what that does.
func askEnd(e *core.RequestEvent) error {
	props, err := profileProps(e)
	if err != nil {
		return err
	}
	props.Ending = props.Devices.end(e.Request.PathValue("id"))
	if props.Ending == nil {
		return record.ErrNotFound
	}
	return web.Render(e, 200, accountSheet(props))
}

func endDevice(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if id == allOthers {
		return endOthers(e)
	}
	login, err := accounts.EndDevice(e.App, e.Auth, id, e.RealIP())
	if errors.Is(err, record.ErrNotFound) {
		web.Toast(e, "This device was signed out already.")
		return web.Go(e, "/account#devices")
	}
	if err != nil {
		return err
	}
	web.Toast(e, login.Device()+" is signed out.")
	return web.Go(e, "/account#devices")
}

func endOthers(e *core.RequestEvent) error {
	if err := accounts.EndOthers(e.App, e.Auth, web.Login(e), e.RealIP()); err != nil {
		return err
	}
	web.Toast(e, "Everything but this device is signed out.")
	return web.Go(e, "/account#devices")
}

// end is the question before a device, or all others, is signed out; nil for one that there is not.
func (p devicesProps) end(id string) *ui.ConfirmProps {
	ask := &ui.ConfirmProps{ID: "end", Action: "/account/devices/" + id, Danger: true, Open: true, Close: "/account#devices"}
	if id == allOthers {
		ask.Title, ask.Yes = "Sign out all others?", "Sign out all others"
		return ask
	}
	for _, row := range p.Rows {
		if row.ID == id {
			ask.Title, ask.Yes = "Sign out "+row.Name+"?", "Sign out"
			return ask
		}
	}
	return nil
}
