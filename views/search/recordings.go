package search

import (
	"time"

	"usher/hooks/accounts"
	"usher/hooks/paths"
	"usher/hooks/recordings"
	"usher/hooks/teams"
	"usher/views/ui"
)

// panelRecordingResults returns matching recordings of the team, linked to the Admin Panel.
func panelRecordingResults(q Query) (Group, error) {
	if !q.Actor.CanUsePanel() {
		return Group{}, nil
	}
	return searchRecordings(q, true, paths.PanelRecordings(slug(q)))
}

// appRecordingResults returns matching recordings that the actor hosted or that were shared with them.
func appRecordingResults(q Query) (Group, error) {
	return searchRecordings(q, false, paths.AppRecordings(slug(q)))
}

// searchRecordings searches recordings by title, host and room. A result links to the page of the recording under path.
func searchRecordings(q Query, all bool, path string) (Group, error) {
	group := Group{Title: "Recordings"}
	if q.Text == "" {
		return group, nil
	}
	page, err := recordings.List(q.App, q.Actor, recordings.Query{Search: q.Text, All: all, Size: maxResults})
	if err != nil {
		return group, err
	}
	times := accounts.ReaderZone(q.Actor.Account, teams.Of(q.Actor.Team).Zone())
	for _, r := range page.Rows {
		group.Items = append(group.Items, Item{Label: r.Title(), Subtitle: "Recorded " + ui.FormatTimeFor(r.Started(), time.Now(), times, ui.Short), Href: path + "/" + r.Id, Icon: "clapperboard"})
	}
	return group, nil
}
