package live

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/chat"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/web"
)

// chatHistory responds with the messages that the page shows.
func chatHistory(e *core.RequestEvent) error {
	messages, err := chat.History(e.App, currentVisitor(e).Participant)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, messages)
}

// sendMessage sends a message and responds with it, or with the reason of a refusal.
func sendMessage(e *core.RequestEvent) error {
	message, err := chat.Send(e.App, currentVisitor(e).Participant, e.Request.FormValue("text"), e.Request.FormValue("to") == "hosts")
	if _, _, sentence, ok := errs.Details(err); ok {
		web.SetRetryAfter(e, err)
		return e.JSON(web.StatusCode(err), map[string]string{"message": sentence})
	}
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, message)
}

// chatNotice says who sees messages and for how long they are kept.
func chatNotice(team string, kept bool) string {
	if kept {
		return "People who join later also see messages to everyone. " + team + " keeps the chat for the session's hosts."
	}
	return "People who join later also see messages to everyone. The chat is deleted " + text.Duration(chat.DownloadPeriod) + " after the session ends."
}
