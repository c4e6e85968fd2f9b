package help

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/paths"
	"usher/hooks/support"
	"usher/views/layout"
	"usher/views/web"
)

func supportPage(e *core.RequestEvent) error {
	return renderSupport(e, http.StatusOK, supportForm{Sent: e.Request.URL.Query().Has("sent")})
}

// sendRequest emails the request to the support address of the server.
func sendRequest(e *core.RequestEvent) error {
	form := supportForm{Name: e.Request.FormValue("name"), Email: e.Request.FormValue("email"), Message: e.Request.FormValue("message")}
	err := support.Send(e.App, e.Auth, support.Form{Name: form.Name, Email: form.Email, Message: form.Message, IP: e.RealIP()})
	if faults, ok := web.FormErrorsOf(err); ok {
		form.Errors = faults
		return renderSupport(e, web.StatusCode(err), form)
	}
	if err != nil {
		return err
	}
	return web.Redirect(e, paths.Support+"?sent=1")
}

func renderSupport(e *core.RequestEvent, status int, form supportForm) error {
	form.helpPage = pageProps(e, "Contact support")
	form.Available, form.Contact = support.Address(e.App) != "", layout.SupportContact(e.App)
	if e.Auth != nil {
		form.Account, form.Name = e.Auth.Email(), actors.DisplayName(e.Auth)
	}
	return web.Render(e, status, supportView(form))
}
