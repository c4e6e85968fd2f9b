package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/recordings"
	"usher/views/web"
)

// recordingRoutes mounts the endpoints of recordings. What someone can see and change is decided by the actions.
func recordingRoutes(own, team *web.Group) {
	team.GET("/recordings", listRecordings)
	team.PUT("/recordings/retention", setRetention)
	team.GET("/recordings/{id}", showRecording)
	team.POST("/recordings/{id}/rename", renameRecording)
	team.POST("/recordings/{id}/share", recordingAction(recordings.Share)).BindFunc(requireEmptyBody)
	team.POST("/recordings/{id}/unshare", recordingAction(recordings.Unshare)).BindFunc(requireEmptyBody)
	team.POST("/recordings/{id}/trash", recordingAction(recordings.Trash)).BindFunc(requireEmptyBody)
	team.POST("/recordings/{id}/restore", recordingAction(recordings.Restore)).BindFunc(requireEmptyBody)
	team.POST("/recordings/{id}/retry", recordingAction(recordings.Retry)).BindFunc(requireEmptyBody)
	team.POST("/recordings/{id}/delete", deleteRecording).BindFunc(requireEmptyBody)
	own.POST("/sessions/{id}/recording/start", sessionRecording(recordings.Start)).BindFunc(requireEmptyBody)
	own.POST("/sessions/{id}/recording/stop", sessionRecording(recordings.Stop)).BindFunc(requireEmptyBody)
}

// recordingInfo is a recording. Seconds is 0 until it is ready.
type recordingInfo struct {
	ID         string      `json:"id"`
	Session    string      `json:"session"`
	Title      string      `json:"title"`
	Host       sessionHost `json:"host"`
	Room       string      `json:"room"`
	Status     string      `json:"status"`
	StopReason string      `json:"stopReason"`
	Started    string      `json:"started"`
	Ended      string      `json:"ended"`
	Seconds    int         `json:"seconds"`
	Bytes      int         `json:"bytes"`
	Shared     bool        `json:"shared"`
	Trashed    string      `json:"trashed"`
}

func recordingOf(r *recordings.Recording) recordingInfo {
	return recordingInfo{ID: r.Id, Session: r.SessionID(), Title: r.Title(), Host: sessionHost{r.HostID(), r.HostName()}, Room: r.RoomID(),
		Status: r.Status(), StopReason: r.StopReason(), Started: formatTime(r.Started()), Ended: formatTime(r.Ended()), Seconds: int(r.Length().Seconds()),
		Bytes: int(r.TotalBytes()), Shared: r.Shared(), Trashed: formatTime(r.Trashed())}
}

// recordingPage is one page of a list of recordings.
type recordingPage struct {
	Items   []recordingInfo `json:"items"`
	Page    int             `json:"page"`
	PerPage int             `json:"perPage"`
	Total   int             `json:"total"`
}

func listRecordings(e *core.RequestEvent) error {
	values := e.Request.URL.Query()
	query := recordings.Query{Search: values.Get("q"), Room: values.Get("room"), Host: values.Get("host"),
		Trash: values.Get("trash") == "true", All: values.Get("all") == "true"}
	var err error
	if query.Page, err = queryInt(e, "page"); err != nil {
		return err
	}
	if query.Size, err = queryInt(e, "perPage"); err != nil {
		return err
	}
	page, err := recordings.List(e.App, web.Actor(e), query)
	if err != nil {
		return err
	}
	answer := recordingPage{Items: make([]recordingInfo, len(page.Rows)), Page: page.Query.Page, PerPage: page.Query.Size, Total: page.Total}
	for n, row := range page.Rows {
		answer.Items[n] = recordingOf(row.Recording)
	}
	return e.JSON(http.StatusOK, answer)
}

func showRecording(e *core.RequestEvent) error {
	found, err := recordings.Find(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, recordingOf(found.Recording))
}

// titleForm renames a recording.
type titleForm struct {
	Title string `json:"title"`
}

func renameRecording(e *core.RequestEvent) error {
	var form titleForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	r, err := recordings.Rename(e.App, web.Actor(e), e.Request.PathValue("id"), form.Title)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, recordingOf(r))
}

func recordingAction(action func(core.App, *actors.Actor, string) (*recordings.Recording, error)) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		r, err := action(e.App, web.Actor(e), e.Request.PathValue("id"))
		if err != nil {
			return err
		}
		return e.JSON(http.StatusOK, recordingOf(r))
	}
}

func deleteRecording(e *core.RequestEvent) error {
	if err := recordings.DeleteForever(e.App, web.Actor(e), e.Request.PathValue("id")); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, statusReply{Status: "deleted"})
}

func sessionRecording(action func(core.App, *actors.Actor, string) (*recordings.Recording, error)) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		actor, err := sessionActor(e)
		if err != nil {
			return err
		}
		r, err := action(e.App, actor, e.Request.PathValue("id"))
		if err != nil {
			return err
		}
		return e.JSON(http.StatusOK, recordingOf(r))
	}
}

// retentionForm is the retention period of a team, and its answer.
type retentionForm struct {
	Days int `json:"days"`
}

func setRetention(e *core.RequestEvent) error {
	var form retentionForm
	if err := decodeBody(e, &form); err != nil {
		return err
	}
	if err := recordings.SetRetention(e.App, web.Actor(e), form.Days); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, form)
}
