package stage

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/entry"
	"usher/hooks/live"
	"usher/hooks/record"
	"usher/hooks/sessions"
	"usher/views/web"
)

// token gives a pass to the media room, at each way in and back in.
func token(e *core.RequestEvent) error {
	pass, err := entry.Pass(e.App, here(e).Participant)
	if errors.Is(err, live.ErrDown) {
		return standing(e, web.Status(err), "Live media is off on this server now. Trying again by itself…")
	}
	if err != nil {
		return again(e, err)
	}
	return e.JSON(http.StatusOK, pass)
}

func admit(e *core.RequestEvent) error {
	return answer(e, entry.Admit(e.App, here(e).Participant, e.Request.FormValue("person"), e.RealIP()), "")
}

func refuse(e *core.RequestEvent) error {
	return answer(e, entry.Refuse(e.App, here(e).Participant, e.Request.FormValue("person"), e.RealIP()), "")
}

func putOut(e *core.RequestEvent) error {
	return answer(e, entry.PutOut(e.App, here(e).Participant, e.Request.FormValue("person"), e.RealIP()), "")
}

// mute turns off the microphone of each person that the form names. Who has left meanwhile is quiet.
func mute(e *core.RequestEvent) error {
	if err := e.Request.ParseForm(); err != nil {
		return e.BadRequestError("", err)
	}
	people := e.Request.Form["person"]
	for _, id := range people[:min(len(people), sessions.MaxPeople)] {
		err := entry.Mute(e.App, here(e).Participant, id, e.RealIP())
		if err != nil && !errors.Is(err, record.ErrNotFound) {
			return answer(e, err, "")
		}
	}
	return answer(e, nil, "")
}

func extend(e *core.RequestEvent) error {
	actor, err := actor(e)
	if err != nil {
		return answer(e, err, "")
	}
	session, err := sessions.Extend(e.App, actor, here(e).Session.Id, sessions.More)
	if err != nil {
		return answer(e, err, "")
	}
	return answer(e, nil, "The session goes on until "+clock(session.Ends(), here(e).Times())+".")
}

func end(e *core.RequestEvent) error {
	actor, err := actor(e)
	if err == nil {
		err = sessions.End(e.App, actor, here(e).Session.Id)
	}
	return answer(e, err, "")
}
