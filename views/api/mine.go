package api

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/web"
)

// personalRoutes mounts the caller's own answers and calendar feed.
func personalRoutes(own, team *web.Group) {
	team.GET("/feed", showFeed)
	team.POST("/feed", createFeed).BindFunc(requireEmptyBody)
	own.POST("/sessions/{id}/answer", saveRSVP).BindFunc(requireSessionTeam)
}

// feedReply has the secret URL of a calendar feed; empty if there is none.
type feedReply struct {
	URL string `json:"url"`
}

func showFeed(e *core.RequestEvent) error {
	address, err := sessions.FeedURL(e.App, web.Actor(e))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, feedReply{address})
}

// createFeed creates a new feed URL. The previous one stops working.
func createFeed(e *core.RequestEvent) error {
	if err := sessions.ResetFeed(e.App, web.Actor(e)); err != nil {
		return err
	}
	return showFeed(e)
}

// rsvpForm is a reply to a session's invitation: yes, maybe or no.
type rsvpForm struct {
	Answer string `json:"answer"`
}

// rsvpReply is the answer as it was saved.
type rsvpReply struct {
	Answer string `json:"answer"`
}

// saveRSVP saves the caller's answer: yes, maybe or no.
func saveRSVP(e *core.RequestEvent) error {
	var sent rsvpForm
	if err := decodeBody(e, &sent); err != nil {
		return err
	}
	actor := web.Actor(e)
	session, err := sessions.FindVisible(e.App, actor, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	me, err := sessions.FindParticipantFor(e.App, session.Id, actor.Account)
	if errors.Is(err, errs.ErrNotFound) {
		return errs.Forbidden("You're not invited to this session.")
	}
	if err != nil {
		return err
	}
	if err := sessions.Answer(e.App, me.Id, sent.Answer, actor.IP); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, rsvpReply(sent))
}
