package panel

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/invitations"
	"usher/hooks/people"
	"usher/hooks/tools/text"
	"usher/views/layout"
	"usher/views/ui"
	"usher/views/web"
)

// loadHistory returns what the details show of a user's history (R76). A pending invitation of someone who isn't in the team shows
// its own.
func loadHistory(e *core.RequestEvent, row *people.Row, query people.Query) (HistoryProps, error) {
	actor := web.Actor(e)
	times := layout.TimesFor(actor)
	if row.User == "" && row.Invited {
		return HistoryProps{}, nil
	}
	history, err := people.FindHistory(e.App, actor.Team.Id, row)
	if err != nil {
		return HistoryProps{}, err
	}
	props := HistoryProps{Zone: times.Zone, Inviter: history.Inviter, InvitedAt: history.Invited.Time()}
	if history.InviterID != "" {
		props.InviterURL = queryHref(usersPath(e)+"/"+history.InviterID, query)
	}
	if row.User == "" {
		props.Ended, props.EndedAt = statusLabel(row.Status), endOf(row)
		return props, nil
	}
	props.setMember(row, history)
	if row.Kind == actors.Member {
		props.TwoFactors = twoFactorsText(row, actors.RequiresTwoFactors(actor.Team))
	}
	return props, nil
}

// twoFactorsText says whether a member has two-factor authentication, and what follows if the team requires it of them.
func twoFactorsText(row *people.Row, required bool) string {
	switch {
	case row.TwoFactors:
		return "On"
	case required && row.Roles().CanUsePanel():
		return "Off. They can't open the Admin Panel until they set it up."
	}
	return "Off"
}

// setMember sets what is known of a user in the team.
func (p *HistoryProps) setMember(row *people.Row, history people.History) {
	p.InTeam, p.LastActive, p.Founder = true, row.Active.Time(), history.Founder
	if row.Kind == actors.Guest {
		p.GuestSince = history.Joined.Time()
	} else {
		p.MemberSince = history.MemberSince.Time()
		if history.Joined != history.MemberSince {
			p.JoinedAsGuest = history.Joined.Time()
		}
	}
	p.Hosted, p.LastHosted = history.Hosted, history.LastHosted.Time()
	p.Attended, p.LastJoined = history.Attended, history.LastJoined.Time()
	p.ShowHosted = row.Kind != actors.Guest || history.Hosted > 0
}

// endOf returns when an invitation ended, or zero.
func endOf(row *people.Row) time.Time {
	if row.Status == invitations.Expired {
		return row.Expires.Time()
	}
	return row.Answered.Time()
}

// sessionsText is a number of sessions with the date of the last: "12, last on 17 Nov".
func (p HistoryProps) sessionsText(n int, last time.Time) string {
	if n == 0 {
		return "None"
	}
	return text.Number(n) + ", last on " + ui.FormatTime(last, time.Now(), p.Zone, ui.Date)
}

func (p HistoryProps) inviterLabel() string {
	if p.InvitedAt.IsZero() {
		return "Added by"
	}
	return "Invited by"
}
