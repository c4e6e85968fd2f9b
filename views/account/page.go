package account

import (
	"fmt"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/passkeys"
	"usher/hooks/paths"
	"usher/hooks/tools/settings"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// accountNav returns the navigation of the account pages.
func accountNav(app core.App, current string) []ui.NavItem {
	items := []ui.NavItem{
		{Label: "Profile", Href: paths.AccountProfile, Icon: "circle-user"},
		{Label: "Email address", Href: paths.AccountAddress, Icon: "at-sign"},
		{Label: "Password", Href: paths.AccountPassword, Icon: "lock"},
		{Label: "Two-factor authentication", Href: paths.AccountTwoFactors, Icon: "shield-check", Current: current == "two-factors"},
	}
	if passkeys.Available(app) {
		items = append(items, ui.NavItem{Label: "Passkeys", Href: paths.AccountPasskeys, Icon: "key-round", Current: current == "passkeys"})
	}
	if len(settings.Of(app).Providers) > 0 {
		items = append(items, ui.NavItem{Label: "Other sign-ins", Href: paths.AccountSignIns, Icon: "globe", Current: current == "identities"})
	}
	return append(items, []ui.NavItem{
		{Label: "Devices", Href: paths.AccountDevices, Icon: "laptop"},
		{Label: "Delete account", Href: paths.AccountDelete, Icon: "trash-2", Current: current == "delete"},
	}...)
}

// loadAccountPage reads the stored account: e.Auth carries what was typed, even where that was refused.
func loadAccountPage(e *core.RequestEvent) (accountPage, error) {
	stored, err := e.App.FindRecordById(e.Auth.Collection(), e.Auth.Id)
	if err != nil {
		return accountPage{}, fmt.Errorf("read the account: %w", err)
	}
	shell, err := layout.AccountShell(e, stored, accountNav(e.App, ""), ui.Breadcrumb{Label: "Your account"})
	if err != nil {
		return accountPage{}, err
	}
	props := accountPage{
		Shell:    shell,
		Profile:  profileForm{Name: accounts.StoredName(stored), Timezone: accounts.ZoneName(stored)},
		Avatar:   avatarForm{Name: actors.DisplayName(stored), AvatarURL: layout.AvatarPath(stored)},
		Address:  newAddressForm{Email: stored.Email(), EmailEnabled: mail.Enabled(e.App), Times: accounts.ReaderZone(stored, time.UTC)},
		Password: passwordForm{Email: stored.Email()},
	}
	waiting, err := accounts.FindAddressChange(e.App, stored)
	if err != nil {
		return props, err
	}
	if waiting != nil {
		props.Address.PendingAddress, props.Address.PendingUntil = waiting.Address(), waiting.Expires()
	}
	if props.TwoFactors.On, err = actors.HasTwoFactors(e.App, stored.Id); err != nil {
		return props, err
	}
	if props.Passkeys, err = loadPasskeys(e, stored); err != nil {
		return props, err
	}
	if props.Identities, err = loadIdentities(e, stored); err != nil {
		return props, err
	}
	props.Devices, err = deviceRows(e, stored)
	return props, err
}

// renderProfileInvalid shows the page again with the errors.
func renderProfileInvalid(e *core.RequestEvent, refused error, change func(*accountPage, web.FormErrors)) error {
	props, err := loadAccountPage(e)
	if err != nil {
		return err
	}
	return layout.RenderInvalid(e, refused, func(faults web.FormErrors) templ.Component {
		change(&props, faults)
		return accountView(props)
	})
}
