package app

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/chat"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/web"
)

// downloadChat serves the chat of a session as a text file for its host and co-hosts.
func downloadChat(e *core.RequestEvent) error {
	actor := web.Actor(e)
	session, err := sessions.FindVisible(e.App, actor, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	messages, err := chat.All(e.App, actor, session)
	if err != nil {
		return err
	}
	zone := layout.ZoneFor(actor)
	web.WriteAttachmentHeader(e, "text/plain; charset=utf-8", "chat-"+session.Starts().In(zone).Format("2006-01-02-1504")+".txt")
	_, err = io.WriteString(e.Response, chatText(session, messages, zone))
	return err
}

// chatText is the chat as text, with the times in the zone. Further lines of a message are indented, so that none can pass for a
// message from someone else.
func chatText(session *sessions.Session, messages []*chat.Message, zone *time.Location) string {
	var all strings.Builder
	fmt.Fprintf(&all, "%s\n%s, %s\n\n", session.Title(), text.DateAndTime(session.Starts().In(zone), "Mon 2 Jan 2006"), text.ZoneName(zone))
	for _, m := range messages {
		to := ""
		if m.ToHosts {
			to = " to hosts"
		}
		fmt.Fprintf(&all, "[%s] %s%s: %s\n", text.TimeOfDay(m.Sent.In(zone)), m.Sender, to, strings.ReplaceAll(m.Text, "\n", "\n    "))
	}
	return all.String()
}

// loadChat links to the chat, if there is one that the actor can see, and says until when.
func (p *sessionDetailsProps) loadChat(e *core.RequestEvent, session *sessions.Session) error {
	actor := web.Actor(e)
	exists, err := chat.Exists(e.App, actor, session)
	if err != nil || !exists {
		return err
	}
	p.ChatURL = p.Path + "/chat.txt"
	if ended := session.Ended(); !ended.IsZero() && !chat.Kept(actor.Team) {
		p.ChatText = "Deleted at " + text.TimeOfDay(ended.Add(chat.DownloadPeriod).In(p.Zone)) + p.Times.Suffix() + "."
	}
	return nil
}
