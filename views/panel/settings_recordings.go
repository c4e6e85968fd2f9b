package panel

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	recorded "usher/hooks/recordings"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/recordings"
	"usher/views/ui"
	"usher/views/web"
)

// retentionPage shows how long the team keeps its recordings. With ?days= it previews another period.
func retentionPage(e *core.RequestEvent) error {
	typed := strings.TrimSpace(clean(e.Request.URL.Query().Get("days")))
	if !e.Request.URL.Query().Has("days") {
		typed = daysText(recorded.RetentionDays(web.Actor(e).Team))
	}
	props, err := loadRetention(e, typed)
	if err != nil {
		return err
	}
	if web.IsFragmentFor(e, "retention-preview") {
		return web.Render(e, http.StatusOK, RetentionPreview(props))
	}
	return showRetention(e, http.StatusOK, props)
}

// saveRetention changes how long the team keeps its recordings (R120).
func saveRetention(e *core.RequestEvent) error {
	typed := strings.TrimSpace(clean(e.Request.FormValue("days")))
	days, err := parseDays(typed)
	if err == nil {
		err = recorded.SetRetention(e.App, web.Actor(e), days)
	}
	if faults, refused := web.FormErrorsOf(err); refused {
		props, loadErr := loadRetention(e, typed)
		if loadErr != nil {
			return loadErr
		}
		props.Error = faults["days"]
		return showRetention(e, web.StatusCode(err), props)
	}
	if err != nil {
		return err
	}
	if days == 0 {
		web.SetToast(e, "Recordings are kept until someone deletes them.")
	} else {
		web.SetToast(e, "Recordings are kept for "+ui.Count(days, "day", "days")+".")
	}
	return web.Redirect(e, retentionPath(e))
}

// parseDays parses a number of days; empty is 0. Anything else becomes a number that SetRetention refuses.
func parseDays(typed string) (int, error) {
	if typed == "" {
		return 0, nil
	}
	days, err := strconv.Atoi(typed)
	if err != nil || days == 0 {
		return 0, recorded.RetentionError()
	}
	return days, nil
}

func daysText(days int) string {
	if days == 0 {
		return ""
	}
	return strconv.Itoa(days)
}

func loadRetention(e *core.RequestEvent, typed string) (RetentionProps, error) {
	actor := web.Actor(e)
	props := RetentionProps{Path: retentionPath(e), Typed: typed, LibraryURL: recordingsPath(e), Changed: typed != daysText(recorded.RetentionDays(actor.Team))}
	var err error
	if props.Storage, err = recordings.LoadStorage(e.App, actor.Team.Id); err != nil {
		return props, err
	}
	days, err := parseDays(typed)
	if err != nil || days == 0 {
		props.Invalid = err != nil
		return props, nil
	}
	preview, err := recorded.PreviewRetention(e.App, actor, days)
	if _, refused := web.FormErrorsOf(err); refused {
		props.Invalid = true
		return props, nil
	}
	if err != nil {
		return props, err
	}
	props.Days, props.Count, props.Size = days, preview.Count, text.Storage(preview.Bytes)
	times := layout.TimesFor(actor)
	for _, r := range preview.First {
		props.First = append(props.First, RetentionLine{Title: r.Title(), Href: recordingsPath(e) + "/" + r.Id, Started: r.Started(), Times: times})
	}
	return props, nil
}

func showRetention(e *core.RequestEvent, status int, props RetentionProps) error {
	pageShell, err := shell(e, "settings", ui.Breadcrumb{Label: "Settings", Href: settingsPath(e)}, ui.Breadcrumb{Label: "Recordings"})
	if err != nil {
		return err
	}
	props.Shell = pageShell
	return web.Render(e, status, Retention(props))
}
