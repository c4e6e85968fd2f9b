package recordings

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/recordings"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
	"usher/views/web"
)

// askTitle shows the dialog that renames the recording.
func (a Area) askTitle(e *core.RequestEvent) error {
	found, err := findManaged(e)
	if err != nil {
		return err
	}
	return a.renderDialog(e, http.StatusOK, found, renameDialog(a.renameProps(e, found)))
}

func (a Area) renameProps(e *core.RequestEvent, found recordings.Row) renameProps {
	props := renameProps{Action: a.path(e, found.Id) + "/rename", Title: found.Title()}
	if !web.IsFragment(e) {
		props.CloseURL = a.path(e, found.Id)
	}
	return props
}

func (a Area) rename(e *core.RequestEvent) error {
	title := e.Request.FormValue("title")
	renamed, err := recordings.Rename(e.App, web.Actor(e), e.Request.PathValue("id"), title)
	faults, refused := web.FormErrorsOf(err)
	if refused && faults["title"] != "" {
		found, err := findManaged(e)
		if err != nil {
			return err
		}
		props := a.renameProps(e, found)
		props.Title, props.Error, props.CloseURL = title, faults["title"], a.path(e, found.Id)
		return a.showPage(e, http.StatusUnprocessableEntity, found, nil, renameDialog(props))
	}
	if err != nil {
		return a.renderRefused(e, err)
	}
	web.SetToast(e, "Renamed to “"+text.Isolate(renamed.Title())+"”.")
	return web.Redirect(e, a.path(e, renamed.Id))
}

func (a Area) share(e *core.RequestEvent) error {
	return a.runAction(e, recordings.Share, "%s is shared with its participants.", "/unshare")
}

func (a Area) unshare(e *core.RequestEvent) error {
	return a.runAction(e, recordings.Unshare, "%s is no longer shared.", "/share")
}

// runAction applies an action, and returns to the page of the recording with a toast that can undo it.
func (a Area) runAction(e *core.RequestEvent, action func(core.App, *actors.Actor, string) (*recordings.Recording, error), toast, undo string) error {
	changed, err := action(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return a.renderRefused(e, err)
	}
	path := a.path(e, changed.Id)
	web.SetUndoToast(e, web.Toast{Text: fmt.Sprintf(toast, text.Isolate(changed.Title())), UndoPath: path + undo})
	return web.Redirect(e, path)
}

// confirmTrash asks for confirmation before a recording is moved to the trash.
func (a Area) confirmTrash(e *core.RequestEvent) error {
	found, err := findManaged(e)
	if err != nil {
		return err
	}
	if !found.Trashed().IsZero() {
		return errs.ErrNotFound
	}
	props := deleteProps{ID: "trash-recording", Title: "Delete " + text.Isolate(found.Title()) + "?", ConfirmLabel: "Delete recording", Consequences: []string{
		"It moves to the trash. You can restore it for " + trashPeriod + ", then it's deleted permanently.",
		"It uses storage until it's deleted permanently."}}
	if found.Shared() {
		props.Consequences = append(props.Consequences, "Participants can no longer watch it.")
	}
	return a.renderDelete(e, found, "/trash", props)
}

func (a Area) trash(e *core.RequestEvent) error {
	trashed, err := recordings.Trash(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return a.renderRefused(e, err)
	}
	web.SetUndoToast(e, web.Toast{Text: text.Isolate(trashed.Title()) + " was moved to the trash.", UndoPath: a.path(e, trashed.Id) + "/restore"})
	return web.Redirect(e, a.listPath(e))
}

// restore returns to the list if it was sent from there, and to the page of the recording otherwise.
func (a Area) restore(e *core.RequestEvent) error {
	restored, err := recordings.Restore(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return a.renderRefused(e, err)
	}
	web.SetToast(e, text.Isolate(restored.Title())+" was restored.")
	if from, err := url.Parse(e.Request.Referer()); err == nil && from.Path == a.listPath(e) {
		return web.Redirect(e, parseQuery(from.Query(), a.InPanel).href(a.listPath(e)))
	}
	return web.Redirect(e, a.path(e, restored.Id))
}

// retry processes a failed recording again, or makes its MP4 again.
func (a Area) retry(e *core.RequestEvent) error {
	again, err := recordings.Retry(e.App, web.Actor(e), e.Request.PathValue("id"))
	if err != nil {
		return a.renderRefused(e, err)
	}
	toast := text.Isolate(again.Title()) + " is being processed again."
	if again.Status() == recordings.StatusReady {
		toast = "The MP4 of " + text.Isolate(again.Title()) + " is being made again."
	}
	web.SetToast(e, toast)
	return web.Redirect(e, a.path(e, again.Id))
}

// confirmDelete asks for confirmation before a recording in the trash is deleted permanently.
func (a Area) confirmDelete(e *core.RequestEvent) error {
	found, err := findManaged(e)
	if err != nil {
		return err
	}
	if found.Trashed().IsZero() {
		return errs.ErrNotFound
	}
	return a.renderDelete(e, found, "/delete", deleteProps{ID: "delete-recording", Title: "Delete " + text.Isolate(found.Title()) + " permanently?", ConfirmLabel: "Delete permanently", Consequences: []string{
		"You can't undo this. All files of the recording are deleted.", "This frees " + text.Storage(found.TotalBytes()) + " of storage."}})
}

func (a Area) deleteForever(e *core.RequestEvent) error {
	found, err := find(e)
	if err != nil {
		return err
	}
	if err := recordings.DeleteForever(e.App, web.Actor(e), found.Id); err != nil {
		return a.renderRefused(e, err)
	}
	web.SetToast(e, text.Isolate(found.Title())+" was deleted permanently.")
	return web.Redirect(e, listQuery{show: showTrash}.href(a.listPath(e)))
}

// findManaged finds the recording of the request if the actor manages it.
func findManaged(e *core.RequestEvent) (recordings.Row, error) {
	found, err := find(e)
	if err == nil && !found.Manages {
		err = errs.ErrNotFound
	}
	return found, err
}

func (a Area) renderDelete(e *core.RequestEvent, found recordings.Row, action string, props deleteProps) error {
	props.Action = a.path(e, found.Id) + action
	if !web.IsFragment(e) {
		props.CloseURL = a.path(e, found.Id)
	}
	return a.renderDialog(e, http.StatusOK, found, deleteDialog(props))
}

// renderDialog sends the dialog alone to a fragment request, and over the page of the recording otherwise.
func (a Area) renderDialog(e *core.RequestEvent, status int, found recordings.Row, dialog templ.Component) error {
	if web.IsFragmentFor(e, "dialog") {
		return web.Render(e, status, dialog)
	}
	return a.showPage(e, status, found, nil, dialog)
}

// renderRefused shows the page of the recording and why an action was refused.
func (a Area) renderRefused(e *core.RequestEvent, refusal error) error {
	if _, refused := web.FormErrorsOf(refusal); !refused {
		return refusal
	}
	found, err := find(e)
	if err != nil {
		return err
	}
	return a.showPage(e, web.StatusCode(refusal), found, refusal, nil)
}
