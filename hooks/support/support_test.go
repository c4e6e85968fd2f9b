package support_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/hookstest"
	"usher/hooks/support"
)

func newApp(t *testing.T, address string) core.App {
	t.Helper()
	config := hookstest.Config()
	config.Support, config.ResendKey, config.ResendURL, config.MailFrom = address, "re_test", "http://127.0.0.1:1", "usher@usher.test"
	return hookstest.NewAppWith(t, config)
}

func TestAddress_OnlyAnEmailAddress(t *testing.T) {
	for contact, want := range map[string]string{"help@usher.test": "help@usher.test", "Help <help@usher.test>": "help@usher.test", "https://usher.test/help": "", "": ""} {
		if got := support.Address(newApp(t, contact)); got != want {
			t.Errorf("%q: %q, want %q", contact, got, want)
		}
	}
	config := hookstest.Config()
	config.Support = "help@usher.test" // and no transport
	if got := support.Address(hookstest.NewAppWith(t, config)); got != "" {
		t.Errorf("without email: %q", got)
	}
}

func TestSend_Refusals(t *testing.T) {
	form := support.Form{Name: "Ines", Email: "ines@x.example", Message: "Hello", IP: "192.0.2.1"}
	hookstest.AssertCode(t, "no address", support.Send(newApp(t, ""), nil, form), support.CodeUnavailable)
	app := newApp(t, "help@usher.test")
	for want, change := range map[string]func(f *support.Form){
		"required":  func(f *support.Form) { f.Message = " \n" },
		"too_long":  func(f *support.Form) { f.Message = strings.Repeat("é", support.MaxMessage+1) },
		"bad_email": func(f *support.Form) { f.Email = "ines" },
	} {
		wrong := form
		change(&wrong)
		hookstest.AssertCode(t, want, support.Send(app, nil, wrong), want)
	}
	for n := range 6 {
		code := ""
		if n == 5 {
			code = "too_many"
		}
		hookstest.AssertCode(t, "requests from one network", support.Send(app, nil, form), code)
	}
}
