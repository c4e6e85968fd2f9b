package account

import (
	"cmp"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/settings"
	"usher/views/frame"
	"usher/views/web"
)

func signUpPage(e *core.RequestEvent) error {
	if e.Auth != nil {
		return web.Go(e, web.Next(e.Request.URL.Query().Get("next"), "/"))
	}
	query := e.Request.URL.Query()
	if query.Has("sent") {
		return web.Render(e, 200, frame.Look(signedUpProps(e)))
	}
	props, err := signUpProps(e, members.SignUpForm{Code: query.Get("code"), Email: query.Get("email"), Next: web.NextOf(e)}, nil)
	if err != nil {
		return err
	}
	return web.Render(e, 200, signUpSheet(props))
}

func signUp(e *core.RequestEvent) error {
	form := members.SignUpForm{
		Email: e.Request.FormValue("email"), Name: e.Request.FormValue("name"), Password: e.Request.FormValue("password"),
		Team: e.Request.FormValue("team"), Timezone: e.Request.FormValue("timezone"), Code: e.Request.FormValue("code"), From: e.RealIP(), Next: web.NextOf(e),
	}
	done, err := members.SignUp(e.App, form)
	if err != nil {
		props, broken := signUpProps(e, form, nil)
		if broken != nil {
			return broken
		}
		return frame.Again(e, err, func(faults web.Faults) templ.Component { props.Faults = faults; return signUpSheet(props) })
	}
	if done.Account == nil {
		return web.Go(e, web.WithNext("/signup?sent=1", form.Next))
	}
	if err := web.SignIn(e, done.Account); err != nil {
		return err
	}
	web.Toast(e, "Welcome. "+done.Team.Name()+" is yours.")
	return web.Go(e, cmp.Or(form.Next, frame.Home(done.Team, actors.Roles{Owner: true})))
}

func signUpProps(e *core.RequestEvent, form members.SignUpForm, faults web.Faults) (signUpForm, error) {
	any, err := accounts.Any(e.App)
	config := settings.Of(e.App)
	form.Password = ""
	props := signUpForm{
		Form: form, Faults: faults, First: !any, Closed: any && config.SignUp != "open",
		Team: !any || config.Teams == "any", Help: frame.Support(e.App),
	}
	props.Page = frame.Public(e, props.title())
	return props, err
}

func signedUpProps(e *core.RequestEvent) frame.LookProps {
	return frame.LookProps{
		Sheet: frame.SheetProps{Page: frame.Public(e, "Check your email"), Title: "Check your email", Help: frame.Support(e.App),
			Lede: "We sent a link to your email address. Open it to confirm the address; you then continue where you were."},
		Text:  []string{"Didn't get it? Check your spam folder, or sign up again with the right address."},
		Again: web.WithNext("/signup", web.NextOf(e)),
		Mail:  mail.Works(e.App),
	}
}
