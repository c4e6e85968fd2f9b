package web

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/tools/settings"
	"usher/views/ui"
)

const toastCookie = "usher-toast"

// Toast is a message about a completed action. If the action can be undone, UndoPath is the path of the form that does it;
// otherwise it can have a link.
type Toast struct {
	Text       string
	Link       string           `json:",omitempty"` // label
	LinkPath   string           `json:",omitempty"`
	UndoPath   string           `json:",omitempty"`
	UndoFields []ui.HiddenField `json:",omitempty"`
}

// SetToast shows a message on the next page.
func SetToast(e *core.RequestEvent, sentence string) { SetUndoToast(e, Toast{Text: sentence}) }

// SetLinkToast shows a message on the next page with a link to what the action led to.
func SetLinkToast(e *core.RequestEvent, sentence, label, path string) {
	SetUndoToast(e, Toast{Text: sentence, Link: label, LinkPath: path})
}

// SetUndoToast shows a message on the next page, with Undo if the action can be undone.
func SetUndoToast(e *core.RequestEvent, toast Toast) {
	value, err := json.Marshal(toast)
	if err != nil {
		return // not possible for these types
	}
	text := base64.RawURLEncoding.EncodeToString(value)
	setToastCookie(e, text+"."+signToast(e, text), 60)
}

// signToast returns the signature of a toast for the account of the request, or "".
func signToast(e *core.RequestEvent, text string) string {
	account := ""
	if e.Auth != nil {
		account = e.Auth.Id
	}
	signature, err := accounts.Sign(e.App, "toasts", account+"\x00"+text)
	if err != nil {
		e.App.Logger().Error("sign a toast", "error", err)
	}
	return signature
}

// TakeToast returns the message of the previous request, once. Its Text is empty if there is none. Undo and links need the server's
// signature, because the account trusts them.
func TakeToast(e *core.RequestEvent) Toast {
	cookie, err := e.Request.Cookie(toastCookie)
	if err != nil {
		return Toast{}
	}
	setToastCookie(e, "", -1)
	text, signature, _ := strings.Cut(cookie.Value, ".")
	value, err := base64.RawURLEncoding.DecodeString(text)
	var toast Toast
	if err != nil || json.Unmarshal(value, &toast) != nil {
		return Toast{}
	}
	if signature == "" || !hmac.Equal([]byte(signature), []byte(signToast(e, text))) {
		return Toast{Text: toast.Text}
	}
	return toast
}

func setToastCookie(e *core.RequestEvent, value string, age int) {
	http.SetCookie(e.Response, &http.Cookie{Name: toastCookie, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: settings.Of(e.App).Secure(), SameSite: http.SameSiteLaxMode})
}
