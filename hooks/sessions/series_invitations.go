package sessions

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/record"
	"usher/hooks/tools/errs"
)

// FindNextInSeries finds the account's participant in the next upcoming or running session of the series of s. It returns
// errs.ErrNotFound if the account isn't invited to any, or was removed.
func FindNextInSeries(app core.App, s *Session, account *core.Record) (*Participant, error) {
	return findNextInSeries(app, s, dbx.NewExp("(p.user = {:user} OR p.user = '' AND p.email = {:email})",
		dbx.Params{"user": account.Id, "email": account.Email()}))
}

// FindNextInSeriesByLink is FindNextInSeries for an invitee known only by their personal link.
func FindNextInSeriesByLink(app core.App, s *Session, link string) (*Participant, error) {
	return findNextInSeries(app, s, dbx.HashExp{"p.link": link})
}

// isInvitedToMore reports whether a participant of s is invited to another upcoming session of its series.
func isInvitedToMore(app core.App, s *Session, p *Participant) (bool, error) {
	_, err := FindNextInSeriesByLink(app, s, p.GetString("link"))
	return err == nil, errs.IgnoreNotFound(err)
}

func findNextInSeries(app core.App, s *Session, who dbx.Expression) (*Participant, error) {
	if s.SeriesID() == "" {
		return nil, errs.ErrNotFound
	}
	var ids []string
	err := app.DB().Select("p.id").From("participants p").InnerJoin("sessions s", dbx.NewExp("s.id = p.session")).
		Where(dbx.NewExp("s.series = {:series} AND s.id != {:id} AND (s.status = 'running' OR s.status = 'scheduled' AND s.ends > {:now}) AND p.state NOT IN ('out', 'refused')",
			dbx.Params{"series": s.SeriesID(), "id": s.Id, "now": record.FormatTime(time.Now())})).
		AndWhere(who).OrderBy("s.starts", "s.id").Limit(1).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("find what follows in a series: %w", err)
	}
	if len(ids) == 0 {
		return nil, errs.ErrNotFound
	}
	return FindParticipant(app, ids[0])
}
