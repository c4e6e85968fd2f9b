package live

import (
	"errors"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/active"
	"usher/hooks/addresslist"
	"usher/hooks/join"
	"usher/hooks/live"
	"usher/hooks/recordings"
	"usher/hooks/runs"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/web"
)

// token issues a token for the media room, for every connection.
func token(e *core.RequestEvent) error {
	pass, err := join.IssueToken(e.App, currentVisitor(e).Participant)
	if errors.Is(err, live.ErrUnavailable) {
		return renderState(e, web.StatusCode(err), "Live media is unavailable on this server. Reconnecting…")
	}
	if err != nil {
		return renderRefused(e, err)
	}
	return e.JSON(http.StatusOK, pass)
}

// admit admits the people in the form. Among several, it skips those who no longer wait.
func admit(e *core.RequestEvent) error {
	if err := e.Request.ParseForm(); err != nil {
		return e.BadRequestError("", err)
	}
	people := e.Request.Form["person"]
	if len(people) == 0 {
		people = []string{""}
	}
	for _, id := range people[:min(len(people), sessions.MaxPeople)] {
		err := join.Admit(e.App, currentVisitor(e).Participant, id, e.RealIP())
		if gone := errors.Is(err, errs.ErrNotFound) || errs.Code(err) == join.CodeBlocked; err != nil && (len(people) == 1 || !gone) {
			return respond(e, err, "")
		}
	}
	return respond(e, nil, "")
}

func deny(e *core.RequestEvent) error {
	return respond(e, join.Deny(e.App, currentVisitor(e).Participant, e.Request.FormValue("person"), e.RealIP()), "")
}

func kick(e *core.RequestEvent) error {
	return respond(e, join.Kick(e.App, currentVisitor(e).Participant, e.Request.FormValue("person"), e.RealIP()), "")
}

// mute turns off the microphones of the people in the form, and skips those who have left.
func mute(e *core.RequestEvent) error {
	if err := e.Request.ParseForm(); err != nil {
		return e.BadRequestError("", err)
	}
	people := e.Request.Form["person"]
	for _, id := range people[:min(len(people), sessions.MaxPeople)] {
		err := join.Mute(e.App, currentVisitor(e).Participant, id, e.RealIP())
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return respond(e, err, "")
		}
	}
	return respond(e, nil, "")
}

func stopVideo(e *core.RequestEvent) error {
	return respond(e, join.StopVideo(e.App, currentVisitor(e).Participant, e.Request.FormValue("person"), e.RealIP()), "")
}

// ask is the handler that sends a request to a participant's page.
func ask(request join.Request) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		return respond(e, join.Ask(e.App, currentVisitor(e).Participant, e.Request.FormValue("person"), request, e.RealIP()), "")
	}
}

func setLobby(e *core.RequestEvent) error {
	return respond(e, join.SetLobby(e.App, currentVisitor(e).Participant, e.Request.FormValue("on") == "true", e.RealIP()), "")
}

func setSharing(e *core.RequestEvent) error {
	return respond(e, join.SetShareLimited(e.App, currentVisitor(e).Participant, e.Request.FormValue("on") != "true", e.RealIP()), "")
}

func setOpenLink(e *core.RequestEvent) error {
	return respond(e, join.SetOpenLink(e.App, currentVisitor(e).Participant, e.Request.FormValue("on") == "true", e.RealIP()), "")
}

// invite invites people by email while the session is running.
func invite(e *core.RequestEvent) error {
	actor, err := actorOf(e)
	if err != nil {
		return respond(e, err, "")
	}
	added, err := sessions.Invite(e.App, actor, currentVisitor(e).Session.Id, addresslist.Texts(e.Request.FormValue("guests")))
	return respond(e, err, layout.InvitedText(e.App, added))
}

func extend(e *core.RequestEvent) error {
	actor, err := actorOf(e)
	if err != nil {
		return respond(e, err, "")
	}
	session, err := runs.Extend(e.App, actor, currentVisitor(e).Session.Id, runs.DefaultExtension)
	if err != nil {
		return respond(e, err, "")
	}
	return respond(e, nil, "Session extended until "+formatClock(session.Ends(), currentVisitor(e).Times())+".")
}

func end(e *core.RequestEvent) error {
	actor, err := actorOf(e)
	if err == nil {
		err = runs.End(e.App, actor, currentVisitor(e).Session.Id)
	}
	return respond(e, err, "")
}

func record(e *core.RequestEvent) error {
	actor, err := actorOf(e)
	if err == nil {
		_, err = recordings.Start(e.App, actor, currentVisitor(e).Session.Id)
	}
	return respond(e, err, "")
}

func stopRecording(e *core.RequestEvent) error {
	actor, err := actorOf(e)
	if err == nil {
		_, err = recordings.Stop(e.App, actor, currentVisitor(e).Session.Id)
	}
	return respond(e, err, "Recording stopped. You get an email when it's ready.")
}

// reportQuality keeps what the page says about its own connection and devices.
func reportQuality(e *core.RequestEvent) error {
	on := func(field string) bool { return e.Request.FormValue(field) == "true" }
	err := active.Report(e.App, currentVisitor(e).Participant, active.Device{Quality: e.Request.FormValue("quality"), Camera: on("camera"),
		Microphone: on("microphone"), Sharing: on("sharing")}, e.Request.UserAgent())
	if err != nil {
		return renderRefused(e, err)
	}
	return e.NoContent(http.StatusNoContent)
}
