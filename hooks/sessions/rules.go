package sessions

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"usher/hooks/actors"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/rooms"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// Codes of errors about a change.
const (
	CodeFixed      = "fixed"
	CodeCannotHost = "cannot_host"
	CodeBadLink    = "bad_link"
)

// Register registers the rules for every write of a session: its states and what can change in each; that its times are
// valid and within the plan; and that its host can host and is a participant. It also handles the sessions of users who
// leave the team or can no longer host, and notifies invitees when a team is deleted.
func Register(app core.App) {
	tidied := func(e *core.RecordEvent) error {
		if err := normalize(e.Record); err != nil {
			return err
		}
		return e.Next()
	}
	app.OnRecordCreate("sessions").BindFunc(tidied)
	app.OnRecordUpdate("sessions").BindFunc(tidied)
	app.OnRecordCreateExecute("sessions").BindFunc(validateAndAddHost(validateNew))
	app.OnRecordUpdateExecute("sessions").BindFunc(validateAndAddHost(validateChange))
	registerParticipants(app)
	registerAddresses(app)
	registerSeries(app)
	registerFeeds(app)
	registerLeaving(app)
	members.RegisterLossTracker(app, watchLosses)
	registerTeamDeleted(app)
	registerEmails(app)
	registerUIDs(app)
	registerNotified(app)
}

// validateAndAddHost is record.Guard, and calls addHost when the session is written.
func validateAndAddHost(check func(ctx context.Context, app core.App, r *core.Record) error) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		return record.InTx(e, func() error {
			if err := check(e.Context, e.App, e.Record); err != nil {
				return err
			}
			if err := e.Next(); err != nil {
				return err
			}
			if err := resetAnswers(e.App, e.Record); err != nil {
				return err
			}
			return addHost(e.App, e.Record)
		})
	}
}

const codeAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// normalize cleans texts, sets defaults and computes the end.
func normalize(r *core.Record) error {
	var faults errs.List
	title, err := text.RequiredLine("title", "The title", r.GetString("title"), MaxTitle)
	faults.Add(err)
	description, err := text.CleanText("description", "The description", r.GetString("description"), MaxDescription)
	faults.Add(err)
	_, err = loadZone(r.GetString("timezone"))
	faults.Add(err)
	faults.Add(validateExternalLink(r.GetString("elsewhere")))
	code, err := cleanAccessCode(r.GetString("access_code"))
	faults.Add(err)
	if r.GetInt("minutes") < MinMinutes && record.Changed(r, "minutes") {
		faults.Add(validateMinutes(r.GetInt("minutes")))
	}
	if r.GetDateTime("starts").IsZero() {
		faults.Add(errs.Invalid("starts", CodeBadTime, "Choose when the session starts."))
	}
	if err := faults.Err(); err != nil {
		return err
	}
	r.Set("title", title)
	r.Set("description", description)
	r.Set("access_code", code)
	if r.GetString("code") == "" {
		r.Set("code", security.RandomStringWithAlphabet(14, codeAlphabet))
	}
	if r.GetString("recording") == "" {
		r.Set("recording", rooms.RecordingByHost)
	}
	setEnds(r)
	return nil
}

func setEnds(r *core.Record) {
	starts := TruncateMinute(r.GetDateTime("starts").Time())
	r.Set("starts", starts)
	r.Set("ends", starts.Add(time.Duration(r.GetInt("minutes")+r.GetInt("extra"))*time.Minute))
}

// validateExternalLink refuses anything but the https URL of a public host (R118).
func validateExternalLink(address string) error {
	if address == "" {
		return nil
	}
	refused := errs.Invalid("elsewhere", CodeBadLink, "Enter the full link of the session, starting with https://.")
	link, err := url.Parse(address)
	if err != nil || link.Scheme != "https" || link.User != nil || len(address) > 2000 {
		return refused
	}
	host := strings.TrimSuffix(strings.ToLower(link.Hostname()), ".")
	ip, err := netip.ParseAddr(host)
	switch {
	case err == nil && (!ip.IsGlobalUnicast() || ip.IsPrivate()):
		return refused
	case err != nil && (!strings.Contains(host, ".") || host == "localhost" || strings.HasSuffix(host, ".localhost") ||
		strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal") || !strings.ContainsAny(host, "abcdefghijklmnopqrstuvwxyz")):
		return refused
	}
	return nil
}

func validateNew(_ context.Context, app core.App, r *core.Record) error {
	if r.GetString("status") != Scheduled || !r.GetDateTime("cancelled").IsZero() || r.GetInt("extra") != 0 || !r.GetDateTime("started").IsZero() || !r.GetDateTime("ended").IsZero() {
		return errs.Invalid("status", CodeFixed, "A new session must be scheduled.")
	}
	if err := ensureUID(app, r); err != nil {
		return err
	}
	if err := validateLinkEntry(app, r); err != nil {
		return err
	}
	_, err := validatePlan(app, r, r)
	return err
}

// planFields are the fields that can only change before the session starts (R126).
var planFields = []string{"title", "description", "starts", "minutes", "timezone", "room", "host", "passwordless", "early",
	"recording", "people", "resolution", "fps", "codec", "audio", "elsewhere", "occurrence"}

// scheduleFields are the planned values that usage shows. They stay as they were once the time of the session has passed.
var scheduleFields = []string{"starts", "minutes", "resolution", "fps", "codec", "audio"}

// isOver reports whether the planned end has passed.
func isOver(r *core.Record) bool { return !r.GetDateTime("ends").Time().After(time.Now()) }

// runFields are the fields about the run, and those that a host can change while it runs.
var runFields = []string{"extra", "started", "ended", "end_reason", "media", "empty", "leaderless", "lobby", "muted", "share_limited", "link_entry", "access_code"}

// fixedFields are the fields that never change.
var fixedFields = []string{"team", "code", "series"}

func validateChange(ctx context.Context, app core.App, r *core.Record) error {
	before := r.Original()
	was, is := before.GetString("status"), r.GetString("status")
	if record.Differs(r, before, fixedFields...) {
		return errs.Invalid("base", CodeFixed, "The team, link and series of a session can't be changed.")
	}
	if err := ensureUID(app, r); err != nil {
		return err
	}
	if err := validateCancellation(ctx, app, r); err != nil {
		return err
	}
	if err := validateLinkEntry(app, r); err != nil {
		return err
	}
	let, err := clearedRelations(app, r, before)
	if err != nil {
		return err
	}
	setEnds(r)
	plan := slices.DeleteFunc(slices.Clone(planFields), func(field string) bool { return slices.Contains(let, field) })
	replanned := record.Differs(r, before, plan...)
	switch {
	case was == Scheduled && is == Scheduled && isOver(before) && record.Differs(r, before, scheduleFields...):
		return errs.Invalid("base", CodeEnded, "The time of this session has passed. Schedule a new one.")
	case replanned && was != Scheduled:
		return StatusError(was)
	case (was == Ended || was == Cancelled) && record.Differs(r, before, runFields...):
		return StatusError(was)
	case was == Scheduled && is != Running && record.Differs(r, before, "extra", "started", "ended", "media"):
		return errs.Invalid("base", CodeNotStarted, "The session hasn't started.")
	}
	if was == Scheduled && (replanned || is == Cancelled) || was == Cancelled && is == Scheduled {
		r.Set("sequence", before.GetInt("sequence")+1)
	}
	if !replanned || is != Scheduled {
		return nil
	}
	if released, ok := r.GetRaw(releasedRoomKey).(string); ok {
		if before.GetString("room") == released {
			return nil // it is checked when it gets its new room
		}
		before.Set("room", released) // a session that returns to its room isn't new there
	}
	room, err := validatePlan(app, r, before)
	if err != nil || !record.Differs(r, before, "room", "people") {
		return err
	}
	return validateCapacity(app, r, room)
}

// clearedRelations are the fields that were cleared because their account or room was deleted.
func clearedRelations(app core.App, r, before *core.Record) (fields []string, err error) {
	for field, collection := range map[string]string{"host": "users", "room": "rooms"} {
		if r.GetString(field) != "" || before.GetString(field) == "" {
			continue
		}
		there, err := app.CountRecords(collection, idIs(before.GetString(field)))
		if err != nil {
			return nil, fmt.Errorf("look for what a session names: %w", err)
		}
		if there == 0 {
			fields = append(fields, field)
		}
	}
	return fields, nil
}

// validateCancellation refuses an invalid change of status, and a change of when the session was cancelled. An action can undo a
// cancellation.
func validateCancellation(ctx context.Context, app core.App, r *core.Record) error {
	was, is := r.Original().GetString("status"), r.GetString("status")
	switch {
	case isCancellation(ctx) && was == Cancelled && is == Scheduled:
		return validateUndo(app, r)
	case !isCancellation(ctx) && record.Differs(r, r.Original(), "cancelled"):
		return errs.Invalid("base", CodeFixed, "When a session was cancelled can't be changed.")
	}
	return validateTransition(was, is)
}

// validateTransition refuses an invalid change of status (R115).
func validateTransition(was, is string) error {
	allowed := map[string][]string{Scheduled: {Scheduled, Running, Cancelled}, Running: {Running, Ended}, Ended: {Ended}, Cancelled: {Cancelled}}
	if slices.Contains(allowed[was], is) {
		return nil
	}
	return StatusError(was)
}

// StatusError says why a session can't be changed in this status.
func StatusError(status string) error {
	switch status {
	case Running:
		return errs.Invalid("base", CodeFixed, "The session is running, so its details can't be changed.")
	case Cancelled:
		return errs.Invalid("base", CodeCancelled, "The session was cancelled. Schedule a new one.")
	case Ended:
		return errs.Invalid("base", CodeEnded, "The session has ended. Schedule a new one.")
	}
	return errs.Invalid("base", CodeNotStarted, "The session hasn't started.")
}

// CodeCancelled is the code of an error because the session was cancelled.
const CodeCancelled = "session_cancelled"

// validatePlan validates the fields of the plan that differ from before, or all if before is the record itself. It returns
// the room, or nil if there is none.
func validatePlan(app core.App, r, before *core.Record) (*rooms.Room, error) {
	fresh := func(fields ...string) bool { return r == before || record.Differs(r, before, fields...) }
	team, err := app.FindRecordById("teams", r.GetString("team"), record.WithPrepared)
	if err != nil {
		return nil, fmt.Errorf("find the team of a session: %w", err)
	}
	plan, err := plans.ForTeam(app, team.Id)
	if err != nil {
		return nil, err
	}
	var faults errs.List
	if fresh("starts") {
		faults.Add(validateStart(r.GetDateTime("starts").Time(), time.Now()))
	}
	if fresh("minutes") {
		faults.Add(validateLength(r.GetInt("minutes"), plan))
	}
	if fresh("host") {
		err := validateHost(app, team, r.GetString("host"))
		if errs.Code(err) == "" && err != nil {
			return nil, err
		}
		faults.Add(err)
		if err == nil {
			if err := setHostName(app, r); err != nil {
				return nil, err
			}
		}
	}
	room, err := findBookableRoom(app, r)
	switch {
	case errs.Code(err) != "":
		faults.Add(err)
	case err != nil:
		return nil, err
	case fresh("room", "fps", "people", "resolution", "recording"):
		faults.AddAll(validateSettings(r, room, plan))
	}
	return room, faults.Err()
}

// validateCapacity refuses a room or a limit that is too small for the people already invited.
func validateCapacity(app core.App, r *core.Record, room *rooms.Room) error {
	stored, err := loadCapacity(app, r.Id, "")
	if err != nil {
		return err
	}
	plan, err := plans.ForTeam(app, stored.Team)
	if err != nil {
		return err
	}
	return newCapacity(plan, room, r.GetInt("people")).validate(stored.Invited)
}

// validateHost refuses a host who can't host in the team (D2).
func validateHost(app core.App, team *core.Record, user string) error {
	who, err := actors.ByUserID(app, user, team)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	if err != nil || !who.CanHost() {
		return errs.Invalid("host", CodeCannotHost, "The host needs the Organizer role. Choose another host or assign the role first.")
	}
	return nil
}

func setHostName(app core.App, r *core.Record) error {
	account, err := app.FindRecordById("users", r.GetString("host"), record.WithPrepared)
	if err != nil {
		return fmt.Errorf("find the host of a session: %w", err)
	}
	r.Set("host_name", actors.PublicName(account))
	return nil
}
