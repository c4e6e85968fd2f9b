package account

import (
	"cmp"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/paths"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/web"
)

func signUpPage(e *core.RequestEvent) error {
	if e.Auth != nil {
		return web.Redirect(e, web.SafeNext(e.Request.URL.Query().Get("next"), "/"))
	}
	query := e.Request.URL.Query()
	if query.Has("sent") {
		return web.Render(e, 200, layout.CheckEmail(signUpSentProps(e)))
	}
	props, err := signUpProps(e, members.SignUpForm{Code: query.Get("code"), Email: query.Get("email"), Next: web.NextParam(e)}, nil)
	if err != nil {
		return err
	}
	return web.Render(e, 200, signUpView(props))
}

func signUp(e *core.RequestEvent) error {
	form := members.SignUpForm{
		Email: e.Request.FormValue("email"), Name: e.Request.FormValue("name"), Password: e.Request.FormValue("password"),
		Team: e.Request.FormValue("team"), Timezone: e.Request.FormValue("timezone"), Code: e.Request.FormValue("code"), IP: e.RealIP(), Next: web.NextParam(e),
	}
	done, err := members.SignUp(e.App, form)
	if err != nil {
		props, broken := signUpProps(e, form, nil)
		if broken != nil {
			return broken
		}
		return layout.RenderInvalid(e, err, func(faults web.FormErrors) templ.Component { props.Errors = faults; return signUpView(props) })
	}
	if done.Account == nil {
		return web.Redirect(e, web.WithNext(sentPath(paths.SignUp), form.Next))
	}
	if signedIn, err := web.SignIn(e, done.Account, form.Next); !signedIn {
		return err
	}
	web.SetToast(e, "Welcome to Usher. You're the Owner of "+text.Isolate(done.Team.Name())+".")
	return web.Redirect(e, cmp.Or(form.Next, layout.TeamHome(done.Team, actors.Roles{Owner: true})))
}

func signUpProps(e *core.RequestEvent, form members.SignUpForm, faults web.FormErrors) (signUpForm, error) {
	any, err := accounts.AnyExist(e.App)
	config := settings.Of(e.App)
	form.Password = ""
	props := signUpForm{
		Form: form, Errors: faults, IsFirst: !any, InviteOnly: any && config.SignUp != "open",
		CreatesTeam: !any || config.Teams == "any", Help: layout.SupportContact(e.App),
	}
	props.Page = layout.PublicPage(e, props.title())
	return props, err
}

func signUpSentProps(e *core.RequestEvent) layout.CheckEmailProps {
	return layout.CheckEmailProps{
		Card: layout.CardPageProps{Page: layout.PublicPage(e, "Check your email"), Title: "Check your email", Help: layout.SupportContact(e.App),
			Intro: "We sent a link to your email address. Open it to confirm the address; you then continue where you were."},
		Text:         []string{"Didn't get it? Check your spam folder, or sign up again with the right address."},
		RetryURL:     web.WithNext(paths.SignUp, web.NextParam(e)),
		EmailEnabled: mail.Enabled(e.App),
	}
}
