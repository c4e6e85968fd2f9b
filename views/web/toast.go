package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
	"usher/views/ui"
)

const toastCookie = "usher-toast"

// Toast is a message about a completed action. If the action can be undone, UndoPath is the path of the form that does it.
type Toast struct {
	Text       string
	UndoPath   string           `json:",omitempty"`
	UndoFields []ui.HiddenField `json:",omitempty"`
}

// SetToast shows a message on the next page.
func SetToast(e *core.RequestEvent, sentence string) { SetUndoToast(e, Toast{Text: sentence}) }

// SetUndoToast shows a message on the next page, with Undo if the action can be undone.
func SetUndoToast(e *core.RequestEvent, toast Toast) {
	value, err := json.Marshal(toast)
	if err != nil {
		return // not possible for these types
	}
	setToastCookie(e, base64.RawURLEncoding.EncodeToString(value), 60)
}

// TakeToast returns the message of the previous request, once. Its Text is empty if there is none.
func TakeToast(e *core.RequestEvent) Toast {
	cookie, err := e.Request.Cookie(toastCookie)
	if err != nil {
		return Toast{}
	}
	setToastCookie(e, "", -1)
	value, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	var toast Toast
	if err != nil || json.Unmarshal(value, &toast) != nil {
		return Toast{}
	}
	toast.UndoPath = SafeNext(toast.UndoPath, "")
	return toast
}

func setToastCookie(e *core.RequestEvent, value string, age int) {
	http.SetCookie(e.Response, &http.Cookie{Name: toastCookie, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: settings.Of(e.App).Secure(), SameSite: http.SameSiteLaxMode})
}
