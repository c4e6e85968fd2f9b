package browsertest

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// signIn signs the tab in and leaves its page as it is. The form is posted outside the browser, which is faster than typing: the page with it
// has tests of its own.
func (b *tab) signIn(email, password string) {
	b.t.Helper()
	form := url.Values{"email": {email}, "password": {password}}
	request, err := http.NewRequest(http.MethodPost, b.base+"/signin", strings.NewReader(form.Encode()))
	must(b.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set("User-Agent", eval[string](b, `navigator.userAgent`))
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	must(b.t, err)
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		b.fatalf("sign in as %s: got status %d, want %d", email, response.StatusCode, http.StatusSeeOther)
	}
	var cookies []*network.CookieParam
	for _, cookie := range jar.Cookies(request.URL) {
		cookies = append(cookies, &network.CookieParam{Name: cookie.Name, Value: cookie.Value, URL: b.base, HTTPOnly: true, SameSite: network.CookieSameSiteLax})
	}
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetCookies, network.SetCookiesParams{Cookies: cookies})
		return err
	}))
}
