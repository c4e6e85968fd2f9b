package recordings

import (
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/paths"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
	"usher/hooks/tools/errs"
	"usher/views/layout"
	"usher/views/player"
	"usher/views/ui"
	"usher/views/web"
)

// show is the page of a recording.
func (a Area) show(e *core.RequestEvent) error {
	found, err := find(e)
	if err != nil {
		return err
	}
	return a.showPage(e, http.StatusOK, found, nil, nil)
}

// find finds the recording of the request.
func find(e *core.RequestEvent) (recordings.Row, error) {
	return recordings.Find(e.App, web.Actor(e), e.Request.PathValue("id"))
}

// showPage shows the page with a dialog open over it, or with the reason why an action was refused; both may be nil.
func (a Area) showPage(e *core.RequestEvent, status int, found recordings.Row, refusal error, dialog templ.Component) error {
	props, err := a.loadPage(e, found)
	if err != nil {
		return err
	}
	_, _, props.Error, _ = errs.Details(refusal)
	props.Dialog = dialog
	return web.Render(e, status, page(props))
}

func (a Area) loadPage(e *core.RequestEvent, found recordings.Row) (pageProps, error) {
	actor, now := web.Actor(e), time.Now()
	times := layout.TimesFor(actor)
	props := pageProps{Path: a.path(e, found.Id), Row: newRow(found, actor, now, times), Mine: found.HostID() == actor.Account.Id, StartedBy: found.StartedByName(),
		Day: ui.FormatDay(times.In(found.Started()), times.In(now))}
	props.When = props.Day
	if to := found.Ended(); !to.IsZero() {
		props.When = ui.FormatRange(found.Started(), to, now, times)
	} else {
		props.When += ", since " + ui.FormatTimeFor(found.Started(), now, times, ui.Clock)
	}
	if actor.CanUsePanel() {
		props.HistoryURL = paths.History(e.Request.PathValue("team"), found.Id)
	}
	if found.Manages {
		props.CanRetry = recordings.CanRetry(e.App, found.Recording)
		props.Retained = found.RetentionEnd(recordings.RetentionDays(actor.Team))
	}
	var err error
	if props.Shell, err = a.Shell(e, "recordings", ui.Breadcrumb{Label: "Recordings", Href: a.backPath(e, found)}, ui.Breadcrumb{Label: found.Title()}); err != nil {
		return props, err
	}
	if err := props.setSession(e, found); err != nil {
		return props, err
	}
	if found.Status() != recordings.StatusReady {
		return props, nil
	}
	props.setDownloads(e, found)
	return props, props.setMedia(e, found.Recording)
}

// backPath returns the list that has the recording.
func (a Area) backPath(e *core.RequestEvent, found recordings.Row) string {
	if !found.Trashed().IsZero() {
		return listQuery{show: showTrash}.href(a.listPath(e))
	}
	return a.listPath(e)
}

// setSession sets the session, if it still exists and the actor can see it.
func (p *pageProps) setSession(e *core.RequestEvent, found recordings.Row) error {
	if found.SessionID() == "" {
		return nil
	}
	session, err := sessions.FindVisible(e.App, web.Actor(e), found.SessionID())
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p.SessionTitle, p.SessionURL = session.Title(), paths.Session(e.Request.PathValue("team"), session.Id)
	return nil
}

func (p *pageProps) setDownloads(e *core.RequestEvent, r recordings.Row) {
	path := downloadPath(e, r.Id)
	p.ZipURL, p.ZipSize = path+"?as="+asZip, sizeText(r.Bytes())
	if p.MP4Status = r.MP4Status(); p.MP4Status == recordings.MP4Ready {
		p.MP4URL, p.MP4Size = path+"?as="+asMP4, sizeText(r.MP4Bytes())
	}
	if p.MP4Progress = r.MP4Progress(); r.Manages {
		p.MP4Error = r.MP4Error()
	}
}

// setMedia sets what the manifest says: the participants and the parts to play.
func (p *pageProps) setMedia(e *core.RequestEvent, r *recordings.Recording) error {
	manifest, err := recordings.ReadManifest(e.App, r)
	if errors.Is(err, errs.ErrNotFound) { // deleted meanwhile, or lost
		p.Missing = true
		return nil
	}
	if err != nil {
		return err
	}
	play := player.New(r.Title(), manifest, func(name string) string { return filePath(e, r.Id, name) })
	play.DownloadURL = downloadPath(e, r.Id)
	for _, person := range play.People {
		p.People = append(p.People, personLine{Name: person.Name, Stays: staysText(person.Stays)})
	}
	p.Files, p.Skipped = len(manifest.Parts), len(manifest.Skipped)
	p.Player = &play
	p.Shell.Page.Stylesheets = append(p.Shell.Page.Stylesheets, player.Stylesheet())
	p.Shell.Page.Scripts = append(p.Shell.Page.Scripts, player.Modules()...)
	return nil
}

// staysText says when a participant was there: "0:00 to 24:10", or of several stays the first, the last and their number.
func staysText(stays []player.Interval) string {
	if len(stays) == 0 {
		return ""
	}
	words := player.Clock(stays[0].From) + " to " + player.Clock(stays[len(stays)-1].To)
	if len(stays) > 1 {
		words += ", in " + ui.Count(len(stays), "visit", "visits")
	}
	return words
}
