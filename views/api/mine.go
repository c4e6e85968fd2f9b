package api

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/web"
)

// mineRoutes mounts what somebody does about sessions for himself: his answers, and his calendar feed.
func mineRoutes(own, team *web.Group) {
	team.GET("/feed", showFeed)
	team.POST("/feed", makeFeed).BindFunc(noFields)
	own.POST("/sessions/{id}/answer", answerInvitation).BindFunc(inItsTeam)
}

// feedOf is the secret address of a calendar feed; empty while there is none.
type feedOf struct {
	URL string `json:"url"`
}

func showFeed(e *core.RequestEvent) error {
	address, err := sessions.Feed(e.App, web.Actor(e))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, feedOf{address})
}

// makeFeed makes the address anew. The one that was is dead.
func makeFeed(e *core.RequestEvent) error {
	if err := sessions.NewFeed(e.App, web.Actor(e)); err != nil {
		return err
	}
	return showFeed(e)
}

// answerInvitation says whether the caller will come: yes, maybe or no.
func answerInvitation(e *core.RequestEvent) error {
	var sent struct {
		Answer string `json:"answer"`
	}
	if err := read(e, &sent); err != nil {
		return err
	}
	actor := web.Actor(e)
	session, err := sessions.FindFor(e.App, actor, e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	me, err := sessions.ParticipantOf(e.App, session.Id, actor.Account)
	if errors.Is(err, record.ErrNotFound) {
		return record.Forbid("You are not asked to this session.")
	}
	if err != nil {
		return err
	}
	if err := sessions.Answer(e.App, me.Id, sent.Answer, actor.From); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]string{"answer": sent.Answer})
}
