package recordings

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/audit"
	"usher/hooks/emails"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/settings"
)

// maxListed is how many recordings an email lists.
const maxListed = 20

func registerEmails(app core.App) {
	mail.RegisterCondition(app, checkStillManaged, mail.KindRecordingReady, mail.KindRecordingStopped, mail.KindRecordingsDue)
	mail.RegisterCondition(app, checkStillUnrecorded, mail.KindNotRecorded)
}

// basis has the ids of the recordings that an email is about.
type basis struct {
	Recordings []string `json:"recordings"`
}

// checkStillManaged is the condition of emails about recordings: at least one of them isn't in the trash, and the recipient manages it.
func checkStillManaged(tx core.App, m *mail.Email) (reason string, err error) {
	account, reason, err := accounts.FindEmailAccount(tx, m)
	if err != nil || reason != "" {
		return reason, err
	}
	actor, err := actors.Find(tx, account, m.Team())
	if errors.Is(err, errs.ErrNotFound) {
		return mail.ReasonNotMember, nil
	}
	if err != nil {
		return "", err
	}
	var b basis
	if err := json.Unmarshal([]byte(m.Basis()), &b); err != nil {
		return "", fmt.Errorf("decode the basis of an email about recordings: %w", err)
	}
	ids := make([]any, 0, len(b.Recordings))
	for _, id := range b.Recordings {
		ids = append(ids, id)
	}
	left, err := tx.CountRecords("recordings", dbx.HashExp{"id": ids, "team": m.Team(), "trashed": ""}, managedBy(actor))
	switch {
	case err != nil:
		return "", fmt.Errorf("find the recordings of an email: %w", err)
	case left == 0:
		return mail.ReasonRecordingDeleted, nil
	case m.Kind() == mail.KindRecordingsDue && RetentionDays(actor.Team) == 0:
		return mail.ReasonRecordingsKept, nil
	}
	return "", nil
}

// queue adds what all emails about recordings have, and queues them.
func queue(tx core.App, m mail.Message, account *core.Record, team string, about ...*Recording) error {
	var b basis
	for _, r := range about {
		b.Recordings = append(b.Recordings, r.Id)
	}
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	m.About, m.Team, m.Basis = account.Id, team, string(text)
	_, err = mail.Queue(tx, m)
	return err
}

// findHost finds the account of a recording's host; nil if it was deleted or has no address.
func findHost(tx core.App, r *Recording) (*core.Record, error) {
	account, err := tx.FindRecordById("users", r.HostID())
	if errors.Is(err, sql.ErrNoRows) || err == nil && account.Email() == "" {
		return nil, nil
	}
	return account, err
}

// newProps returns the properties of an email about a recording to an account.
func newProps(tx core.App, r *Recording, account *core.Record, link string) (emails.RecordingProps, error) {
	team, err := teams.Find(tx, r.TeamID())
	if err != nil {
		return emails.RecordingProps{}, err
	}
	config := settings.Of(tx)
	if link == "" {
		link = paths.Recording(team.Slug(), r.Id)
	}
	return emails.RecordingProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team.Record), Title: r.Title(), Started: r.Started(), Length: r.Length(),
		Stopped: r.StopReason(), Shared: r.Shared(), Zone: accounts.Zone(account, team.Zone()), Link: config.Link(link), Support: config.Support,
	}, nil
}

// sendReady queues the email to the host that a recording can be played.
func sendReady(tx core.App, r *Recording) error {
	host, err := findHost(tx, r)
	if err != nil || host == nil {
		return err
	}
	props, err := newProps(tx, r, host, "")
	if err != nil {
		return err
	}
	return queue(tx, emails.RecordingReady(props), host, r.TeamID(), r)
}

// sendNotRecorded queues the email to the host that a session isn't recorded, although it should be; once for each session.
func sendNotRecorded(tx core.App, s *sessions.Session, why string) error {
	account, err := tx.FindRecordById("users", s.HostID())
	if errors.Is(err, sql.ErrNoRows) || err == nil && account.Email() == "" {
		return nil
	}
	if err != nil {
		return err
	}
	sent, err := tx.CountRecords("outbox", dbx.HashExp{"kind": mail.KindNotRecorded, "basis": s.Id})
	if err != nil || sent > 0 {
		return err
	}
	team, err := teams.Find(tx, s.TeamID())
	if err != nil {
		return err
	}
	config := settings.Of(tx)
	m := emails.NotRecorded(emails.NotRecordedProps{To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team.Record), Title: s.Title(), Why: why,
		Link: config.Link(paths.Session(team.Slug(), s.Id)), Support: config.Support})
	m.About, m.Team, m.Basis = account.Id, s.TeamID(), s.Id
	_, err = mail.Queue(tx, m)
	return err
}

// checkStillUnrecorded is the condition of the email that a session isn't recorded: it is running, and still isn't.
func checkStillUnrecorded(tx core.App, m *mail.Email) (reason string, err error) {
	if _, reason, err := accounts.FindEmailAccount(tx, m); err != nil || reason != "" {
		return reason, err
	}
	s, err := sessions.FindByID(tx, m.Basis())
	switch {
	case errors.Is(err, errs.ErrNotFound), err == nil && s.Status() != sessions.Running:
		return mail.ReasonSessionEnded, nil
	case err != nil:
		return "", err
	case s.HostID() != m.About():
		return mail.ReasonOtherHost, nil
	}
	_, err = FindCurrent(tx, s.Id)
	switch {
	case err == nil:
		return mail.ReasonRecorded, nil
	case errors.Is(err, errs.ErrNotFound):
		return "", nil
	}
	return "", err
}

// stoppedByItself records in the audit log that a recording stopped without an action, and queues the emails if it was at a limit.
func stoppedByItself(tx core.App, r *Recording) error {
	entry := &audit.Entry{Team: r.TeamID(), Action: "recording.stop", Target: r.SessionID(), TargetName: r.Title()}
	if err := audit.Write(tx, entry.With("recording", r.Id).With("reason", r.StopReason())); err != nil {
		return err
	}
	if r.StopReason() != StoppedStorage && r.StopReason() != StoppedDisk {
		return nil
	}
	managers, err := actors.ListManagers(tx, r.TeamID())
	if err != nil {
		return err
	}
	host, err := findHost(tx, r)
	if err != nil {
		return err
	}
	team, err := teams.Find(tx, r.TeamID())
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, account := range managers {
		told[account.Id] = true
		props, err := newProps(tx, r, account, paths.PanelRecordings(team.Slug()))
		if err != nil {
			return err
		}
		if err := queue(tx, emails.RecordingStopped(props), account, r.TeamID(), r); err != nil {
			return err
		}
	}
	if host == nil || told[host.Id] {
		return nil
	}
	props, err := newProps(tx, r, host, paths.AppRecordings(team.Slug()))
	if err != nil {
		return err
	}
	return queue(tx, emails.RecordingStopped(props), host, r.TeamID(), r)
}

// sendWarnings queues the emails about recordings that will be moved to the trash: to the Owner and Admins about all of them, and to
// each other host about theirs.
func sendWarnings(tx core.App, team *core.Record, due []*Recording) error {
	managers, err := actors.ListManagers(tx, team.Id)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, account := range managers {
		told[account.Id] = true
		if err := sendWarning(tx, team, account, paths.PanelRecordings(team.GetString("slug")), due); err != nil {
			return err
		}
	}
	for n, r := range due {
		host, err := findHost(tx, r)
		if err != nil {
			return err
		}
		if host == nil || told[host.Id] {
			continue
		}
		told[host.Id] = true
		var hosted []*Recording
		for _, other := range due[n:] {
			if other.HostID() == host.Id {
				hosted = append(hosted, other)
			}
		}
		if err := sendWarning(tx, team, host, paths.AppRecordings(team.GetString("slug")), hosted); err != nil {
			return err
		}
	}
	return nil
}

func sendWarning(tx core.App, team, account *core.Record, link string, due []*Recording) error {
	config := settings.Of(tx)
	props := emails.RecordingsDueProps{
		To: account.Email(), ToName: actors.DisplayName(account), Team: teams.EmailProps(tx, team), Days: RetentionDays(team), Trash: TrashPeriod,
		Zone: accounts.Zone(account, teams.Of(team).Zone()), Link: config.Link(link), Support: config.Support, At: earliestEnd(team, due),
	}
	for n, r := range due {
		if n == maxListed {
			props.More = len(due) - n
			break
		}
		props.Recordings = append(props.Recordings, emails.RecordingItem{Title: r.Title(), Started: r.Started()})
	}
	return queue(tx, emails.RecordingsDue(props), account, team.Id, due...)
}

// earliestEnd is when the first of the recordings is moved to the trash.
func earliestEnd(team *core.Record, due []*Recording) time.Time {
	var first time.Time
	for _, r := range due {
		if end := r.RetentionEnd(RetentionDays(team)); first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}
