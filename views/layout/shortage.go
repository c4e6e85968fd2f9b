package layout

import (
	"strings"

	"github.com/a-h/templ"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/capacity"
	"usher/hooks/seats"
	"usher/views/ui"
	"usher/views/web"
)

// minWarned is the number of seats from which one that is left is worth a notice. With fewer, it is the normal state.
const minWarned = 3

// shortageOn says which shortages the pages of the panel show, by their keys: of what users hold, and of licences.
var shortageOn = map[string]struct{ seats, licences bool }{
	"users": {seats: true}, "licences": {seats: true, licences: true}, "active": {licences: true}, "billing": {seats: true, licences: true},
}

// shortageNotice says that few or no seats or licences are left, where that helps. It is there without a shortage too, so that
// an open page shows the next one.
func shortageNotice(e *core.RequestEvent, current string, now seats.Seats) templ.Component {
	shown, ok := shortageOn[current]
	if !ok {
		return templ.NopComponent
	}
	var all []capacity.Shortage
	for _, s := range capacity.Shortages(now) {
		if (s.Count.Free() == 0 || s.Count.Limit >= minWarned) && (s.Running && shown.licences || !s.Running && shown.seats) {
			all = append(all, s)
		}
	}
	notice := shortageProps(all)
	notice.Folded = notice.Fold != "" && web.IsFolded(e, notice.Fold)
	return liveNotice("shortage", notice)
}

// shortageProps is one notice for all shortages. It can be folded until another one comes.
func shortageProps(all []capacity.Shortage) ui.NoticeProps {
	if len(all) == 0 {
		return ui.NoticeProps{}
	}
	var none, one, advice []string
	fold := "short"
	for _, s := range all {
		if s.Count.Free() == 0 {
			none = append(none, s.Label+"s")
		} else {
			one = append(one, "1 "+s.Label)
		}
		fold += "-" + strings.ToLower(s.Label[:1]) + ui.Number(s.Count.Free())
	}
	var titles []string
	if len(none) > 0 {
		titles = append(titles, "No "+strings.Join(none, " and no ")+" left.")
	}
	if len(one) > 0 {
		titles = append(titles, strings.Join(one, " and ")+" left.")
	}
	if !all[0].Running {
		advice = append(advice, "To free a seat, revoke a role or a pending invitation.")
	}
	if last := all[len(all)-1]; last.Running && last.Count.Free() == 0 {
		advice = append(advice, "Another session can start when a running one ends.")
	} else if last.Running {
		advice = append(advice, "When all licences are in use, no other session can start.")
	}
	what := "seats"
	if all[0].Running {
		what = "licences"
	}
	advice = append(advice, "You can add "+what+" under Billing & plans.")
	return ui.NoticeProps{Title: strings.Join(titles, " "), Text: strings.Join(advice, " "), Fold: fold}
}
