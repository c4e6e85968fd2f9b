package emails_test

import (
	"html"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"usher/hooks/emails"
	"usher/hooks/mail"
)

const (
	hostileText = `<script>alert("x")</script><img src=x onerror=alert(1)> & "Co"`
	support     = "help@usher.test"
	lucia       = "lucia@halation.film"
)

type sample struct {
	name    string
	message mail.Message
	link    string // of its button; empty: no button
}

// samples returns every email, with the given texts in place of what users enter.
func samples(t testing.TB, name, teamName, note string) []sample {
	lisbon, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	expires := time.Date(2026, 11, 26, 14, 32, 0, 0, lisbon)
	const link = "https://usher.example.org/invite/usi_3vYq8mB1nZx7Kc0Lr5TfWdPaEo2Hs9JgUi4NbVyQk6M"
	team := emails.TeamProps{Name: teamName, LogoURL: os.Getenv("USHER_EMAILS_LOGO"), Description: note}
	if team.LogoURL == "" {
		team.LogoURL = "https://usher.example.org/logo/halation/abc"
	}
	organizer := emails.RoleProps{Name: "Organizer", Description: "You schedule, host and run sessions for the team."}
	admin := emails.RoleProps{Name: "Admin", Description: "You manage the team's users, seats, rooms, usage and billing in the Admin Panel."}

	invitation := func(change func(*emails.InvitationProps)) mail.Message {
		p := emails.InvitationProps{To: lucia, ToName: name, Team: team, Inviter: name, Roles: []emails.RoleProps{organizer, admin},
			Note: note, Link: link, Expires: expires, Zone: lisbon, Support: support}
		change(&p)
		return emails.Invitation(p)
	}
	session := func(change func(*emails.SessionProps)) emails.SessionProps {
		p := emails.SessionProps{To: lucia, ToName: name, Team: team, By: name, Host: name, Title: name, Description: note, Starts: expires, Ends: expires.Add(time.Hour),
			Zone: lisbon, Room: name, Link: link, Support: support, Calendar: []byte("BEGIN:VCALENDAR"), CalendarMethod: "REQUEST"}
		change(&p)
		return p
	}
	twoFactors := emails.TwoFactorsProps{To: lucia, ToName: name, At: expires, Zone: lisbon, Settings: "https://usher.example.org/account/two-factors",
		Reset: "https://usher.example.org/reset", Support: support}
	wrongCodes := emails.WrongCodesProps{To: lucia, ToName: name, At: expires, Zone: lisbon, Reset: "https://usher.example.org/reset", Support: support}
	planned := []emails.SessionItem{{Title: name, Starts: expires, Ends: expires.Add(time.Hour)}, {Title: name, Starts: expires, Ends: expires.AddDate(0, 0, 1)}}
	return []sample{
		{"invitation", invitation(func(*emails.InvitationProps) {}), link},
		{"invitation-account", invitation(func(p *emails.InvitationProps) { p.HasAccount, p.Roles, p.Note = true, p.Roles[:1], "" }), link},
		{"invitation-plain", invitation(func(p *emails.InvitationProps) { p.Roles, p.Team.LogoURL, p.Team.Description = nil, "", "" }), link},
		{"invitation-team", invitation(func(p *emails.InvitationProps) { p.Inviter, p.Note, p.Support = "", "", "" }), link},
		{"role-offered", invitation(func(p *emails.InvitationProps) { p.IsMember, p.HasAccount, p.Roles = true, true, p.Roles[1:] }), link},
		{"role-revoked", emails.RoleRevoked(emails.RoleRevokedProps{To: lucia, ToName: name, Team: team, By: name,
			Roles: []string{"Admin"}, Remaining: []string{"Organizer"}, Support: support}), ""},
		{"removed", emails.RemovedFromTeam(emails.RemovedFromTeamProps{To: lucia, ToName: name, Team: team, By: name, Support: support}), ""},
		{"confirm-address", emails.ConfirmAddress(emails.ConfirmAddressProps{To: lucia, Link: link, Expires: expires, Zone: lisbon, Support: support}), link},
		{"already-registered", emails.AlreadyRegistered(emails.AlreadyRegisteredProps{To: lucia, ToName: name,
			SignIn: "https://usher.example.org/signin", Reset: "https://usher.example.org/reset", Support: support}), "https://usher.example.org/signin"},
		{"reset-password", emails.ResetPassword(emails.ResetPasswordProps{To: lucia, ToName: name, Link: link, Expires: expires, Zone: lisbon, Support: support}), link},
		{"signin-code", emails.SignInCode(emails.SignInCodeProps{To: lucia, ToName: name, Code: "04718293", Device: "Firefox on Linux", Expires: expires, Zone: lisbon, Support: support}), ""},
		{"change-address", emails.ChangeAddress(emails.ChangeAddressProps{To: lucia, ToName: name, Old: "lucia.herrera@gmail.com", Link: link, Expires: expires, Zone: lisbon, Support: support}), link},
		{"address-changed", emails.AddressChanged(emails.AddressChangedProps{To: lucia, ToName: name, New: "lucia.herrera@gmail.com", At: expires, Zone: lisbon, Support: support}), ""},
		{"address-taken", emails.AddressTaken(emails.AddressTakenProps{To: lucia, ToName: name, SignIn: "https://usher.example.org/signin",
			Reset: "https://usher.example.org/reset", Support: support}), "https://usher.example.org/signin"},
		{"account-deleted", emails.AccountDeleted(emails.AccountDeletedProps{To: lucia, ToName: name, At: expires, Zone: lisbon, Support: support}), ""},
		{"passkey-added", emails.PasskeyAdded(emails.PasskeyProps{To: lucia, ToName: name, Device: "Chrome on macOS", At: expires, Zone: lisbon, Account: "https://usher.example.org/account", Support: support}), ""},
		{"passkey-removed", emails.PasskeyRemoved(emails.PasskeyProps{To: lucia, ToName: name, Device: "Chrome on macOS", At: expires, Zone: lisbon, Account: "https://usher.example.org/account", Support: support}), ""},
		{"identity-connected", emails.IdentityConnected(emails.IdentityProps{To: lucia, ToName: name, Provider: "Google", At: expires, Zone: lisbon, Account: "https://usher.example.org/account", Support: support}), ""},
		{"identity-disconnected", emails.IdentityDisconnected(emails.IdentityProps{To: lucia, ToName: name, Provider: "Google", At: expires, Zone: lisbon, Account: "https://usher.example.org/account", Support: support}), ""},
		{"password-changed", emails.PasswordChanged(emails.PasswordChangedProps{To: lucia, ToName: name, At: expires, Zone: lisbon, Reset: "https://usher.example.org/reset", Support: support}), ""},
		{"two-factors-on", emails.TwoFactorsOn(twoFactors), twoFactors.Settings},
		{"two-factors-off", emails.TwoFactorsOff(twoFactors, false), twoFactors.Settings},
		{"two-factors-off-administrator", emails.TwoFactorsOff(twoFactors, true), twoFactors.Settings},
		{"recovery-code-used", emails.RecoveryCodeUsed(twoFactors, 9, false), twoFactors.Settings},
		{"recovery-codes-few", emails.RecoveryCodeUsed(twoFactors, 2, true), twoFactors.Settings},
		{"wrong-codes", emails.WrongCodes(wrongCodes), ""},
		{"wrong-signin-codes", emails.WrongSignInCodes(wrongCodes), ""},
		{"recovery-codes-none", emails.RecoveryCodeUsed(twoFactors, 0, true), twoFactors.Settings},
		{"team-deleted", emails.TeamDeleted(emails.TeamDeletedProps{To: lucia, ToName: name, Team: emails.TeamProps{Name: teamName}, By: name, Support: support}), ""},
		{"test", emails.Test(emails.TestProps{To: lucia, ToName: name, Server: "https://usher.example.org", By: name, Support: support}), ""},
		{"session", emails.SessionInvitation(session(func(*emails.SessionProps) {})), link},
		{"session-series", emails.SessionInvitation(session(func(p *emails.SessionProps) {
			p.Series, p.Last, p.RoleText, p.NoAccountNeeded, p.Description, p.Room = 12, expires.AddDate(0, 3, 0), "a co-host", true, "", ""
		})), link},
		{"session-changed", emails.SessionChanged(session(func(p *emails.SessionProps) { p.By, p.IsMember = "", true })), link},
		{"session-moved", emails.SessionChanged(session(func(p *emails.SessionProps) {
			p.Was, p.Moved = &emails.SessionBefore{Title: name + " 1", Starts: expires.Add(time.Hour), Ends: expires.Add(3 * time.Hour), Room: teamName}, true
		})), link},
		{"session-reinstated", emails.SessionReinstated(session(func(p *emails.SessionProps) { p.Moved = true })), link},
		{"session-series-reinstated", emails.SessionReinstated(session(func(p *emails.SessionProps) { p.Series, p.By = 3, "" })), link},
		{"session-cancelled", emails.SessionCancelled(session(func(p *emails.SessionProps) { p.Link = "" })), ""},
		{"session-series-cancelled", emails.SessionCancelled(session(func(p *emails.SessionProps) { p.Link, p.Series, p.By = "", 3, "" })), ""},
		{"session-withdrawn", emails.RemovedFromSession(session(func(p *emails.SessionProps) { p.Link = "" })), ""},
		{"sessions-handed-over", emails.SessionsHandedOver(emails.HandedOverProps{To: lucia, ToName: name, Team: team, By: name, From: name, Sessions: planned, More: 3,
			Zone: lisbon, Link: link, Support: support}), link},
		{"session-handed-over", emails.SessionsHandedOver(emails.HandedOverProps{To: lucia, ToName: name, Team: team, From: name, Sessions: planned[:1], Link: link}), link},
		{"session-ended", emails.SessionEnded(emails.SessionEndedProps{To: lucia, ToName: name, Team: team, By: name, Title: name, Room: name, Ended: expires, Zone: lisbon,
			Link: link, Support: support}), link},
		{"sessions-hosting-lost", emails.HostingLost(emails.HostingLostProps{To: lucia, ToName: name, Team: team, Reason: emails.HostingRoleRevoked, By: name, Contact: name, NewHost: name,
			Sessions: []emails.SessionItem{planned[0], {Title: name, Starts: expires, Ends: expires.Add(time.Hour), Series: 12}}, More: 3, Zone: lisbon, Link: link, Support: support}), link},
		{"session-new-host", emails.SessionsNewHost(emails.NewHostProps{From: name, Sessions: []emails.SessionProps{session(func(*emails.SessionProps) {})}}), link},
		{"sessions-new-host", emails.SessionsNewHost(emails.NewHostProps{From: name, Sessions: []emails.SessionProps{session(func(*emails.SessionProps) {}),
			session(func(p *emails.SessionProps) { p.Series = 4 })}, More: 2}), ""},
		{"recording-ready", emails.RecordingReady(emails.RecordingProps{To: lucia, ToName: name, Team: team, Title: name, Started: expires, Length: 3725 * time.Second, Zone: lisbon, Link: link, Support: support}), link},
		{"recording-ready-early", emails.RecordingReady(emails.RecordingProps{To: lucia, ToName: name, Team: team, Title: name, Started: expires, Length: 65 * time.Second, Stopped: "media", Shared: true, Link: link}), link},
		{"recording-stopped", emails.RecordingStopped(emails.RecordingProps{To: lucia, ToName: name, Team: team, Title: name, Started: expires, Stopped: "storage_full", Zone: lisbon, Link: link, Support: support}), link},
		{"recording-stopped-disk", emails.RecordingStopped(emails.RecordingProps{To: lucia, ToName: name, Team: team, Title: name, Started: expires, Stopped: "disk_full", Link: link}), link},
		{"recording-refused", emails.NotRecorded(emails.NotRecordedProps{To: lucia, ToName: name, Team: team, Title: name, Why: "The team's storage for recordings is full.", Link: link, Support: support}), link},
		{"recordings-due", emails.RecordingsDue(emails.RecordingsDueProps{To: lucia, ToName: name, Team: team, Days: 90, Recordings: []emails.RecordingItem{{Title: name, Started: expires}, {Title: name, Started: expires}},
			More: 3, At: expires, Trash: 7 * 24 * time.Hour, Zone: lisbon, Link: link, Support: support}), link},
		{"ownership-offer", emails.OwnershipOffer(emails.OwnershipOfferProps{To: lucia, ToName: name, Team: team, Owner: name, Link: link, Expires: expires, Zone: lisbon, Support: support}), link},
		{"ownership-declined", emails.OwnershipDeclined(emails.OwnershipDeclinedProps{To: lucia, ToName: name, Team: team, Admin: name, Link: link, Support: support}), link},
		{"owner-new", emails.OwnerChanged(emails.OwnerChangedProps{To: lucia, ToName: name, Team: team, Owner: name, IsOwner: true, Link: link, Support: support}), link},
		{"owner-before", emails.OwnerChanged(emails.OwnerChangedProps{To: lucia, ToName: name, Team: team, Owner: name, By: name, Remaining: []string{"Admin"}, Link: link, Support: support}), link},
		{"support-request", emails.SupportRequest(emails.SupportRequestProps{To: lucia, Name: name, From: "ines@halation.film", Message: note}), ""},
		{"backup-failed", emails.BackupFailed(emails.BackupFailedProps{To: lucia, Server: "https://usher.example.org", Error: "back up to /var/backups: the disk has 20 MB left, and the backup needs 1.2 GB",
			Last: "30 November 2026, 03:30 UTC"}), ""},
		{"plan-request", emails.PlanRequest(emails.PlanRequestProps{To: lucia, Team: team, By: name, ByAddress: "ines@halation.film", Change: "Pro instead of Free", ID: "abcdefghijklmno", Dashboard: link}), link},
		{"plan-approved", emails.PlanDecided(emails.PlanDecidedProps{To: lucia, ToName: name, Team: team, Change: "Pro instead of Free", Approved: true, Link: link, Support: support}), link},
		{"plan-scheduled", emails.PlanDecided(emails.PlanDecidedProps{To: lucia, ToName: name, Team: team, Change: "Free instead of Pro", Approved: true, Starts: "1 December 2026", Link: link, Support: support}), link},
		{"plan-declined", emails.PlanDecided(emails.PlanDecidedProps{To: lucia, ToName: name, Team: team, Change: "Pro instead of Free", Reason: note, Link: link, Support: support}), link},
		{"plan-payment-failed", emails.PaymentFailed(emails.PaymentFailedProps{BillingProps: emails.BillingProps{To: lucia, ToName: name, Team: team, Link: link, Support: support}, Plan: "Pro", After: "Free", Until: "15 December 2026"}), link},
		{"plan-ended", emails.PlanEnded(emails.PlanEndedProps{BillingProps: emails.BillingProps{To: lucia, ToName: name, Team: team, Link: link, Support: support}, Plan: "Pro", After: "Free", Failed: true,
			Exceeded: []string{"4 Organizer seats are in use or reserved. The plan has 3."}}), link},
		{"capacity", emails.Capacity(emails.CapacityProps{To: lucia, ToName: name, Team: team, Resource: "Admin seat", Free: 1, Limit: 3, Manage: link, Plan: "https://usher.example.org/plan"}), link},
		{"capacity-full", emails.Capacity(emails.CapacityProps{To: lucia, ToName: name, Team: team, Resource: "Organizer seat", Limit: 3, Manage: link, Plan: "https://usher.example.org/plan"}), link},
		{"capacity-licences-nearly", emails.Capacity(emails.CapacityProps{To: lucia, ToName: name, Team: team, Resource: "licence", Free: 1, Limit: 3, Running: true, Interval: 7 * 24 * time.Hour, Manage: link,
			Plan: "https://usher.example.org/plan"}), link},
		{"capacity-licences", emails.Capacity(emails.CapacityProps{To: lucia, ToName: name, Team: team, Resource: "licence", Limit: 3, Running: true, Interval: 7 * 24 * time.Hour, Manage: link,
			Plan: "https://usher.example.org/plan"}), link},
		{"session-hosting-lost", emails.HostingLost(emails.HostingLostProps{To: lucia, ToName: name, Team: team, Reason: emails.HostingPlanChanged, Sessions: planned[:1], Link: link}), link},
		{"session-hosting-revoked", emails.HostingLost(emails.HostingLostProps{To: lucia, ToName: name, Team: team, Reason: emails.HostingRoleRevoked, Sessions: planned[:1], Link: link}), link},
		{"session-hosting-off", emails.HostingLost(emails.HostingLostProps{To: lucia, ToName: name, Team: team, Reason: emails.HostingSettingOff, Sessions: planned[:1], Link: link}), link},
		{"session-hosting-changed", emails.HostingLost(emails.HostingLostProps{To: lucia, ToName: name, Team: team, Sessions: planned[:1], Link: link}), link},
		{"session-host-gone", emails.SessionsNewHost(emails.NewHostProps{Sessions: []emails.SessionProps{session(func(*emails.SessionProps) {})}}), link},
	}
}

func TestSessionInvitation_Recorded_SaysSo(t *testing.T) {
	const want = "This session is recorded. By joining, you agree to be recorded."
	for _, recorded := range []bool{true, false} {
		m := emails.SessionInvitation(emails.SessionProps{To: lucia, Title: "Kestrel", Recorded: recorded})
		if strings.Contains(m.Text, want) != recorded || strings.Contains(m.HTML, want) != recorded {
			t.Errorf("recorded %t: got the notice %t", recorded, !recorded)
		}
	}
}

// reasonPattern matches the sentence that says why the email was sent.
var reasonPattern = regexp.MustCompile(`You('|&#39;)re receiving this email because `)

// If USHER_EMAILS is set to a folder, the test writes the emails there to look at.
func TestMessages_HTMLAndTextSayTheSame(t *testing.T) {
	dir := os.Getenv("USHER_EMAILS")
	for _, s := range samples(t, "Marta Oliveira", "Halation Post", "We start the grade on Monday.\r\nPedro will show you the room.") {
		m := s.message
		if m.Kind == "" || m.To != lucia || m.Subject == "" || len(m.Subject) > 70 || !strings.HasPrefix(m.HTML, "<!doctype html>") {
			t.Errorf("%s: got kind %q to %q, subject %q, HTML %.20q", s.name, m.Kind, m.To, m.Subject, m.HTML)
		}
		if !reasonPattern.MatchString(m.Text) || !reasonPattern.MatchString(m.HTML) {
			t.Errorf("%s: got no reason for the email, want one in both parts", s.name)
		}
		if s.link != "" && (!strings.Contains(m.Text, "\n"+s.link+"\n") || strings.Count(m.HTML, s.link) != 3) {
			t.Errorf("%s: want the link as a button and in full in both parts", s.name)
		}
		if s.link == "" && strings.Contains(m.HTML, `class="button"`) {
			t.Errorf("%s: got a button without a link", s.name)
		}
		if strings.Contains(m.HTML, "<table") || strings.Contains(m.HTML, "zTempl") || strings.Contains(m.Text, "\r") {
			t.Errorf("%s: got a table, a template marker or a carriage return, want no %q, %q or %q", s.name, "<table", "zTempl", "\r")
		}
		inTeam := strings.HasPrefix(s.name, "session") || strings.HasPrefix(s.name, "plan") || strings.HasPrefix(s.name, "owner") || strings.HasPrefix(s.name, "recording") || strings.Contains("invitation invitation-account invitation-team role-offered role-revoked removed capacity capacity-full capacity-licences-nearly capacity-licences", s.name)
		if inTeam != strings.Contains(m.HTML, `alt="Halation Post logo"`) {
			t.Errorf("%s: got logo of the team %t, want %t", s.name, !inTeam, inTeam)
		}
		if m.HighPriority == (m.Kind == mail.KindCapacity || m.Kind == mail.KindInvitation || m.Kind == mail.KindRoleInvitation || m.Kind == mail.KindRoleRevoked || m.Kind == mail.KindRemoved || m.Kind == mail.KindTeamDeleted || strings.HasPrefix(s.name, "session") || strings.HasPrefix(s.name, "recording") || strings.HasPrefix(s.name, "plan") || strings.HasPrefix(s.name, "owner") || s.name == "support-request" || s.name == "backup-failed") {
			t.Errorf("%s: got high priority %t, want %t", s.name, m.HighPriority, !m.HighPriority)
		}
		if dir != "" {
			for ext, content := range map[string]string{".html": m.HTML, ".txt": "Subject: " + m.Subject + "\n\n" + m.Text} {
				if err := os.WriteFile(filepath.Join(dir, s.name+ext), []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestInvitation_NamesInviterRolesAndExpiry(t *testing.T) {
	all := samples(t, "Marta Oliveira", "Halation Post", "Welcome!")
	for i, wants := range [][]string{
		{"Marta Oliveira invited you to join Halation Post", lucia, "Organizer", "You schedule, host", "Admin", "Welcome!", "Accept invitation",
			"Usher is where Halation Post holds its video meetings, in your browser. Accepting adds you to the team.",
			"Your seats are reserved until", "Thursday 26 November 2026, 14:32 (Lisbon time, UTC)", "create an account for " + lucia},
		{"Your seat is reserved until", "You already have an Usher account. Sign in as " + lucia},
		{"As a member, you take part in", "This invitation expires on"},
		{"You're invited to join Halation Post"},
		{"Marta Oliveira invited you to a new role in Halation Post", "Admin", "If you decline, nothing changes", "Accepting gives you the role", "Accept invitation"},
		{"You no longer have the Admin role in Halation Post", "You still have the Organizer role."},
		{"You're no longer in Halation Post", "other teams aren't affected"},
	} {
		for _, want := range wants {
			m := all[i].message
			shown := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m.HTML, ""))
			if !strings.Contains(m.Text, want) || !strings.Contains(strings.Join(strings.Fields(shown), " "), want) {
				t.Errorf("%s: want %q in both parts, got:\n%s", all[i].name, want, m.Text)
			}
		}
	}
}

func TestMessages_TimesNameTheirZone(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for zone, want := range map[string]string{
		"America/Argentina/Buenos_Aires": "Wednesday 1 July 2026, 09:00 (Buenos Aires time, UTC-03)",
		"Asia/Kolkata":                   "Wednesday 1 July 2026, 17:30 (Kolkata time, UTC+05:30)",
		"UTC":                            "Wednesday 1 July 2026, 12:00 (UTC)",
		"":                               "Wednesday 1 July 2026, 12:00 (UTC)",
	} {
		var location *time.Location
		if zone != "" {
			var err error
			if location, err = time.LoadLocation(zone); err != nil {
				t.Fatal(err)
			}
		}
		m := emails.ResetPassword(emails.ResetPasswordProps{To: lucia, Link: "https://usher.example.org/reset/x", Expires: at, Zone: location})
		if !strings.Contains(m.Text, want) {
			t.Errorf("zone %q: got:\n%s\nwant %q", zone, m.Text, want)
		}
	}
}

func TestMessages_TypedMarkup_IsEscaped(t *testing.T) {
	for _, s := range samples(t, hostileText, hostileText, hostileText+"\n</div><a href='https://evil.test'>Click</a>") {
		for _, bad := range []string{"<script>alert", "<img src=x", "<a href='https://evil"} {
			if strings.Contains(s.message.HTML, bad) {
				t.Errorf("%s: got %q unescaped, want no %q", s.name, bad, bad)
			}
		}
	}
	m := emails.Invitation(emails.InvitationProps{To: lucia, Link: "javascript:alert(1)", Inviter: "Marta", Support: "javascript:alert(1)",
		Team: emails.TeamProps{Name: "Halation", LogoURL: "javascript:alert(1)"}})
	if strings.Contains(m.HTML, `="javascript:`) || strings.Contains(m.HTML, "<img") {
		t.Errorf("got a javascript link or an image: %s, want no %q or %q", m.HTML, `="javascript:`, "<img")
	}
}

func TestMessages_HavePropsWithoutPasswords(t *testing.T) {
	for _, props := range []any{emails.ConfirmAddressProps{}, emails.AlreadyRegisteredProps{}, emails.ResetPasswordProps{},
		emails.ChangeAddressProps{}, emails.AddressChangedProps{}, emails.PasswordChangedProps{}, emails.InvitationProps{},
		emails.RoleRevokedProps{}, emails.RemovedFromTeamProps{}, emails.TestProps{}, mail.Message{}} {
		for field := range reflect.TypeOf(props).Fields() {
			if regexp.MustCompile(`(?i)password|secret|code`).MatchString(field.Name) {
				t.Errorf("%T: got the field %s, want none for a secret", props, field.Name)
			}
		}
	}
}

func TestMessages_OtherAddress_IsMasked(t *testing.T) {
	for _, s := range samples(t, "Marta", "Halation", "") {
		if strings.Contains(s.message.HTML+s.message.Text, "lucia.herrera@gmail.com") {
			t.Errorf("%s: got the other address in full, want it masked", s.name)
		}
	}
}
