package account

import (
	"fmt"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/views/frame"
	"usher/views/ui"
	"usher/views/web"
)

// parts are the ways over the page of the account.
func parts(current string) []ui.NavItem {
	return []ui.NavItem{
		{Label: "Profile", Href: "/account#profile", Icon: "circle-user"},
		{Label: "Address", Href: "/account#address", Icon: "at-sign"},
		{Label: "Password", Href: "/account#password", Icon: "key-round"},
		{Label: "Signed in on", Href: "/account#devices", Icon: "laptop"},
		{Label: "Delete account", Href: "/account#delete", Icon: "trash-2", Current: current == "delete"},
	}
}

// profileProps are the account as it is stored: e.Auth carries what was typed, even where that was refused.
func profileProps(e *core.RequestEvent) (accountPage, error) {
	stored, err := e.App.FindRecordById(e.Auth.Collection(), e.Auth.Id)
	if err != nil {
		return accountPage{}, fmt.Errorf("read the account: %w", err)
	}
	shell, err := frame.Account(e, stored, parts(""), ui.Crumb{Label: "Your account"})
	if err != nil {
		return accountPage{}, err
	}
	props := accountPage{
		Shell:    shell,
		Profile:  profileForm{Name: stored.GetString("name"), Timezone: stored.GetString("timezone")},
		Picture:  pictureForm{Called: actors.DisplayName(stored), Picture: frame.Picture(stored)},
		Address:  newAddressForm{Email: stored.Email(), Mail: mail.Works(e.App), Times: accounts.Times(stored, time.UTC)},
		Password: passwordForm{Email: stored.Email()},
	}
	waiting, err := accounts.FindAddressChange(e.App, stored)
	if err != nil {
		return props, err
	}
	if waiting != nil {
		props.Address.Waiting, props.Address.Until = waiting.Address(), waiting.Expires()
	}
	props.Devices, err = deviceRows(e, stored)
	return props, err
}

// profileAgain shows the page once more with what was refused.
func profileAgain(e *core.RequestEvent, refused error, change func(*accountPage, web.Faults)) error {
	props, err := profileProps(e)
	if err != nil {
		return err
	}
	return frame.Again(e, refused, func(faults web.Faults) templ.Component {
		change(&props, faults)
		return accountSheet(props)
	})
}
