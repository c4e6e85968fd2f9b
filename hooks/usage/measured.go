package usage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
)

// measured is what is known about a session that ran: the largest video, the best sound and the number of people.
type measured struct {
	settings Settings
	people   int
}

// chunk is the number of sessions that are named in a query; more are selected by the month.
const chunk = 200

// among is the condition that a column is the ID of one of the sessions.
func (s selection) among(column string, of []storedRow) (string, dbx.Params) {
	params := s.params()
	if len(of) > chunk {
		return column + " IN (SELECT id" + s.from("id") + ")", params
	}
	var names []string
	for n, one := range of {
		name := fmt.Sprintf("id%d", n)
		names, params[name] = append(names, "{:"+name+"}"), one.ID
	}
	return column + " IN (" + strings.Join(names, ", ") + ")", params
}

// measure reads what was measured in the sessions, by ID.
func (s selection) measure(of []storedRow) (map[string]measured, error) {
	found := make(map[string]measured, len(of))
	where, params := s.among("session", of)
	var all []struct {
		Session       string
		Width, Height int
		FPS           int `db:"fps"`
		Codec, Audio  string
		Area, People  int
	}
	// Width, height, rate and codec are those of the row with the largest area: SQLite takes them from the row of max.
	err := s.app.DB().NewQuery("SELECT session, width, height, fps, codec, max(width * height * 1000 + fps) area, group_concat(DISTINCT audio) audio, " +
		"count(DISTINCT CASE WHEN participant != '' THEN participant ELSE 'name:' || name END) people FROM attendances WHERE " + where + " GROUP BY session").
		Bind(params).All(&all)
	if err != nil {
		return nil, fmt.Errorf("read what was measured: %w", err)
	}
	for _, one := range all {
		found[one.Session] = measured{Settings{resolutionOf(one.Width, one.Height), one.FPS, one.Codec, bestAudio(one.Audio)}, one.People}
	}
	return found, s.addReported(found, of)
}

// addReported adds the settings with which another tool started a session about whose people it reported none.
func (s selection) addReported(found map[string]measured, of []storedRow) error {
	external := slices.DeleteFunc(slices.Clone(of), func(r storedRow) bool {
		return r.Elsewhere == "" || found[r.ID].settings != Settings{}
	})
	if len(external) == 0 {
		return nil
	}
	where, params := s.among("session", external)
	var all []struct {
		Session    string
		Resolution string
		FPS        int `db:"fps"`
		Codec      string
		Audio      string
	}
	err := s.app.DB().NewQuery("SELECT session, coalesce(settings ->> 'resolution', '') resolution, coalesce(settings ->> 'fps', 0) fps, coalesce(settings ->> 'codec', '') codec, " +
		"coalesce(settings ->> 'audio', '') audio FROM session_reports WHERE type = 'started' AND CASE WHEN json_valid(settings) THEN json_type(settings) = 'object' END AND " + where + " ORDER BY at").
		Bind(params).All(&all)
	if err != nil {
		return fmt.Errorf("read what was reported: %w", err)
	}
	for _, one := range all {
		if known := found[one.Session]; known.settings == (Settings{}) {
			known.settings = Settings{one.Resolution, one.FPS, one.Codec, one.Audio}
			found[one.Session] = known
		}
	}
	return nil
}

// bestAudio is the best kind of sound in a list.
func bestAudio(list string) string {
	heard := strings.Split(list, ",")
	for _, kind := range []string{"stereo", "music", "speech"} {
		if slices.Contains(heard, kind) {
			return kind
		}
	}
	for _, kind := range heard {
		if kind != "" {
			return kind
		}
	}
	return ""
}

// resolutionOf names the size of a video, whichever way it is turned: "720p". It is "" for none.
func resolutionOf(width, height int) string {
	if side := min(width, height); side > 0 {
		return fmt.Sprintf("%dp", side)
	}
	return ""
}
