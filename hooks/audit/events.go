package audit

import "slices"

// ActionText describes an action for people. {on} stands for the target, {roles} for the roles in the details
// ("Admin and Organizer", "a member"), {role} for the same with the noun ("Organizer role").
type ActionText struct {
	Action          string
	Kind            string // key of one of the Kinds
	Past            string // "revoked the invitation of {on}"
	Infinitive      string // of a refusal, after "tried to": "revoke the invitation of {on}"
	Short           string // in the target's own activity: "invitation revoked"; empty: the sentence
	AnonymousActor  string // the actor when no account acted; empty: Usher itself
	AnonymousTarget string // {on} without a name; empty: "someone"
}

// Kind groups actions for filters.
type Kind struct{ Key, Label string }

// Kinds lists all kinds in the order in which they are shown.
var Kinds = []Kind{
	{"invitations", "Invitations"},
	{"members", "Members and roles"},
	{"sessions", "Sessions and rooms"},
	{"recordings", "Recordings"},
	{"team", "Team and settings"},
	{"access", "Access and exports"},
	{"accounts", "Accounts"},
}

// ActionTexts describes every action that is written to the log.
var ActionTexts = []ActionText{
	{Action: "invitation.create", Kind: "invitations", Past: "invited {on} as {roles}", Infinitive: "invite {on}", Short: "invited as {roles}"},
	{Action: "invitation.accept", Kind: "invitations", Past: "accepted the invitation for {on}", Infinitive: "accept the invitation for {on}", Short: "accepted the invitation"},
	{Action: "invitation.decline", Kind: "invitations", Past: "declined the invitation for {on}", Infinitive: "decline the invitation for {on}", Short: "declined the invitation",
		AnonymousActor: "Someone with the link"},
	{Action: "invitation.reopen", Kind: "invitations", Past: "took back declining the invitation for {on}", Infinitive: "take back declining the invitation for {on}",
		Short: "took back declining the invitation", AnonymousActor: "Someone with the link"},
	{Action: "invitation.revoke", Kind: "invitations", Past: "revoked the invitation of {on}", Infinitive: "revoke the invitation of {on}", Short: "invitation revoked"},
	{Action: "invitation.resend", Kind: "invitations", Past: "resent the invitation of {on}", Infinitive: "resend the invitation of {on}", Short: "invitation resent"},
	{Action: "invitation.update", Kind: "invitations", Past: "changed the invitation of {on}", Infinitive: "change the invitation of {on}", Short: "invitation changed"},
	{Action: "invitation.delete", Kind: "invitations", Past: "deleted the invitation of {on}", Infinitive: "delete the invitation of {on}", Short: "invitation deleted"},
	{Action: "invitation.clear", Kind: "invitations", Past: "cleared the invitation of {on} from the list", Infinitive: "clear the invitation of {on} from the list", Short: "invitation cleared from the list"},
	{Action: "invitation.undeliverable", Kind: "invitations", Past: "closed the invitation of {on} because the email couldn't be delivered", Infinitive: "close the invitation of {on}",
		Short: "invitation closed because the email couldn't be delivered"},
	{Action: "bulk.start", Kind: "members", Past: "started {on}", Infinitive: "start {on}", AnonymousTarget: "a bulk action"},
	{Action: "bulk.stop", Kind: "members", Past: "stopped {on}", Infinitive: "stop {on}", AnonymousTarget: "a bulk action"},
	{Action: "import.start", Kind: "invitations", Past: "started importing {on}", Infinitive: "import {on}", AnonymousTarget: "a list"},
	{Action: "import.done", Kind: "invitations", Past: "finished importing {on}", Infinitive: "finish importing {on}", AnonymousTarget: "a list"},
	{Action: "import.stop", Kind: "invitations", Past: "stopped importing {on}", Infinitive: "stop importing {on}", AnonymousTarget: "a list"},
	{Action: "import.stopped", Kind: "invitations", Past: "stopped importing {on}", Infinitive: "stop importing {on}", AnonymousTarget: "a list"},

	{Action: "member.revoke", Kind: "members", Past: "revoked the {role} of {on}", Infinitive: "revoke a role of {on}", Short: "{role} revoked"},
	{Action: "member.restore", Kind: "members", Past: "restored the {role} of {on}", Infinitive: "restore a role of {on}", Short: "{role} restored"},
	{Action: "member.take", Kind: "members", Past: "became {roles}", Infinitive: "become {roles}", Short: "became {roles}"},
	{Action: "member.remove", Kind: "members", Past: "removed {on} from the team", Infinitive: "remove {on} from the team", Short: "removed from the team"},
	{Action: "member.leave", Kind: "members", Past: "left the team", Infinitive: "leave the team", Short: "left the team"},
	{Action: "guest.join", Kind: "members", Past: "joined the team as a guest", Infinitive: "join the team as a guest", Short: "joined the team as a guest"},
	{Action: "member.add", Kind: "members", Past: "added {on} to the team as {roles}", Infinitive: "add {on} to the team as {roles}", Short: "added to the team as {roles}"},
	{Action: "member.roles", Kind: "members", Past: "changed the role of {on} to {roles}", Infinitive: "change the role of {on}", Short: "role changed to {roles}"},
	{Action: "person.tag", Kind: "members", Past: "changed the tags of {on}", Infinitive: "change the tags of {on}", Short: "tags changed"},

	{Action: "session.schedule", Kind: "sessions", Past: "scheduled {on}", Infinitive: "schedule {on}", AnonymousTarget: "a session"},
	{Action: "session.change", Kind: "sessions", Past: "changed {on}", Infinitive: "change {on}", AnonymousTarget: "a session"},
	{Action: "session.cancel", Kind: "sessions", Past: "cancelled {on}", Infinitive: "cancel {on}", AnonymousTarget: "a session"},
	{Action: "session.restore", Kind: "sessions", Past: "undid the cancellation of {on}", Infinitive: "undo the cancellation of {on}", AnonymousTarget: "a session"},
	{Action: "session.invite", Kind: "sessions", Past: "invited people to {on}", Infinitive: "invite people to {on}", AnonymousTarget: "a session"},
	{Action: "session.option", Kind: "sessions", Past: "changed an option of {on} while it was running", Infinitive: "change an option of {on}", AnonymousTarget: "a session"},
	{Action: "session.resend", Kind: "sessions", Past: "resent the session invitation to {on}", Infinitive: "resend the session invitation to {on}", Short: "session invitation resent"},
	{Action: "session.link", Kind: "sessions", Past: "copied the personal link of {on}", Infinitive: "copy the personal link of {on}", Short: "personal link copied"},
	{Action: "session.handover", Kind: "sessions", Past: "changed the host of {on}", Infinitive: "change the host of {on}", AnonymousTarget: "a session"},
	{Action: "session.feed", Kind: "sessions", Past: "created a calendar feed address", Infinitive: "create a calendar feed address"},
	{Action: "session.answer", Kind: "sessions", Past: "replied to {on}", Infinitive: "reply to {on}", AnonymousTarget: "a session"},
	{Action: "session.join", Kind: "sessions", Past: "opened the join page of {on}", Infinitive: "join {on}", AnonymousTarget: "a session", AnonymousActor: "Someone with the link"},
	{Action: "session.decline", Kind: "sessions", Past: "declined {on}", Infinitive: "decline {on}", AnonymousTarget: "a session", AnonymousActor: "Someone with the link"},
	{Action: "session.admit", Kind: "sessions", Past: "admitted {on} to a session", Infinitive: "admit {on} to a session", Short: "admitted to a session"},
	{Action: "session.refuse", Kind: "sessions", Past: "denied {on} access to a session", Infinitive: "deny {on} access to a session", Short: "denied access to a session"},
	{Action: "session.put_out", Kind: "sessions", Past: "removed {on} from a session", Infinitive: "remove {on} from a session", Short: "removed from a session"},
	{Action: "session.stop_video", Kind: "sessions", Past: "stopped the video of {on} in a session", Infinitive: "stop the video of {on} in a session", Short: "video stopped in a session"},
	{Action: "session.mute", Kind: "sessions", Past: "muted {on} in a session", Infinitive: "mute {on} in a session", Short: "muted in a session"},
	{Action: "session.start", Kind: "sessions", Past: "started {on}", Infinitive: "start {on}", AnonymousTarget: "a session"},
	{Action: "session.extend", Kind: "sessions", Past: "extended {on}", Infinitive: "extend {on}", AnonymousTarget: "a session"},
	{Action: "session.end", Kind: "sessions", Past: "ended {on}", Infinitive: "end {on}", AnonymousTarget: "a session"},
	{Action: "session.message", Kind: "sessions", Past: "sent a message to {on}", Infinitive: "send a message to {on}", AnonymousTarget: "a session"},
	{Action: "session.lead", Kind: "sessions", Past: "made {on} co-host of a session without a host", Infinitive: "make {on} co-host of a session", Short: "made co-host of a session without a host"},
	{Action: "session.report", Kind: "sessions", Past: "reported attendance of {on}", Infinitive: "report attendance of {on}", AnonymousTarget: "a session"},
	{Action: "session.delete", Kind: "sessions", Past: "deleted {on}", Infinitive: "delete {on}", AnonymousTarget: "a session"},
	{Action: "room.create", Kind: "sessions", Past: "created the room {on}", Infinitive: "create the room {on}", AnonymousTarget: "(no name)"},
	{Action: "room.update", Kind: "sessions", Past: "changed the room {on}", Infinitive: "change the room {on}", AnonymousTarget: "(not found)"},
	{Action: "room.archive", Kind: "sessions", Past: "archived the room {on}", Infinitive: "archive the room {on}", AnonymousTarget: "(not found)"},
	{Action: "room.restore", Kind: "sessions", Past: "restored the room {on}", Infinitive: "restore the room {on}", AnonymousTarget: "(not found)"},
	{Action: "room.rotate", Kind: "sessions", Past: "replaced the link of the room {on}", Infinitive: "replace the link of the room {on}", AnonymousTarget: "(not found)"},
	{Action: "room.delete", Kind: "sessions", Past: "deleted the room {on}", Infinitive: "delete the room {on}", AnonymousTarget: "(no name)"},

	{Action: "recording.start", Kind: "recordings", Past: "started recording {on}", Infinitive: "record {on}", AnonymousTarget: "a session"},
	{Action: "recording.stop", Kind: "recordings", Past: "stopped recording {on}", Infinitive: "stop recording {on}", AnonymousTarget: "a session"},
	{Action: "recording.rename", Kind: "recordings", Past: "renamed the recording {on}", Infinitive: "rename the recording {on}", AnonymousTarget: "(not found)"},
	{Action: "recording.share", Kind: "recordings", Past: "shared the recording {on} with the participants", Infinitive: "share the recording {on}", AnonymousTarget: "(not found)"},
	{Action: "recording.unshare", Kind: "recordings", Past: "stopped sharing the recording {on}", Infinitive: "stop sharing the recording {on}", AnonymousTarget: "(not found)"},
	{Action: "recording.trash", Kind: "recordings", Past: "moved the recording {on} to the trash", Infinitive: "move the recording {on} to the trash", AnonymousTarget: "(not found)"},
	{Action: "recording.restore", Kind: "recordings", Past: "restored the recording {on} from the trash", Infinitive: "restore the recording {on}", AnonymousTarget: "(not found)"},
	{Action: "recording.delete", Kind: "recordings", Past: "deleted the recording {on}", Infinitive: "delete the recording {on}", AnonymousTarget: "(not found)"},
	{Action: "recording.retry", Kind: "recordings", Past: "processed the recording {on} again", Infinitive: "process the recording {on} again", AnonymousTarget: "(not found)"},
	{Action: "recording.retention", Kind: "recordings", Past: "changed how long recordings are kept", Infinitive: "change how long recordings are kept"},

	{Action: "team.found", Kind: "team", Past: "created the team {on}", Infinitive: "create a team"},
	{Action: "team.update", Kind: "team", Past: "changed the settings of {on}", Infinitive: "change the settings of {on}"},
	{Action: "team.owner.offer", Kind: "team", Past: "offered ownership of the team to {on}", Infinitive: "offer ownership of the team to {on}", Short: "ownership of the team offered"},
	{Action: "team.owner.withdraw", Kind: "team", Past: "withdrew the offer of ownership to {on}", Infinitive: "withdraw an offer of ownership", Short: "offer of ownership withdrawn"},
	{Action: "team.owner.accept", Kind: "team", Past: "became the Owner of {on}", Infinitive: "become the Owner of {on}"},
	{Action: "team.owner.decline", Kind: "team", Past: "declined ownership of {on}", Infinitive: "decline ownership of {on}"},
	{Action: "team.owner.set", Kind: "team", Past: "made {on} the Owner", Infinitive: "make {on} the Owner", Short: "made the Owner"},
	{Action: "team.delete", Kind: "team", Past: "deleted the team {on}", Infinitive: "delete the team {on}"},
	{Action: "team.plan", Kind: "team", Past: "changed the plan or seats of {on}", Infinitive: "change the plan or seats of {on}"},
	{Action: "team.plan.request", Kind: "team", Past: "requested a change of the plan of {on}", Infinitive: "request a change of the plan of {on}"},
	{Action: "team.plan.order", Kind: "team", Past: "ordered a change of the plan of {on}", Infinitive: "order a change of the plan of {on}"},
	{Action: "team.plan.failed", Kind: "team", Past: "found that a payment for {on} failed", Infinitive: "find that a payment for {on} failed"},
	{Action: "team.plan.paid", Kind: "team", Past: "received the overdue payment for {on}", Infinitive: "receive the overdue payment for {on}"},
	{Action: "team.plan.withdraw", Kind: "team", Past: "withdrew a change of the plan of {on}", Infinitive: "withdraw a change of the plan of {on}"},
	{Action: "team.plan.decline", Kind: "team", Past: "declined a change of the plan of {on}", Infinitive: "decline a change of the plan of {on}"},
	{Action: "plan.create", Kind: "team", Past: "created the plan {on}", Infinitive: "create the plan {on}"},
	{Action: "plan.update", Kind: "team", Past: "changed the plan {on}", Infinitive: "change the plan {on}"},
	{Action: "plan.delete", Kind: "team", Past: "deleted the plan {on}", Infinitive: "delete the plan {on}"},
	{Action: "data.create", Kind: "team", Past: "created {on} in the database", Infinitive: "create {on} in the database", AnonymousTarget: "a record"},
	{Action: "data.update", Kind: "team", Past: "changed {on} in the database", Infinitive: "change {on} in the database", AnonymousTarget: "a record"},
	{Action: "data.delete", Kind: "team", Past: "deleted {on} from the database", Infinitive: "delete {on} from the database", AnonymousTarget: "a record"},
	{Action: "mail.test", Kind: "team", Past: "sent a test email", Infinitive: "send a test email"},

	{Action: "panel.enter", Kind: "access", Past: "opened the Admin Panel", Infinitive: "open the Admin Panel"},
	{Action: "users.export", Kind: "access", Past: "exported the list of users", Infinitive: "export the list of users"},
	{Action: "usage.export", Kind: "access", Past: "exported usage", Infinitive: "export usage"},
	{Action: "audit.export", Kind: "access", Past: "exported the audit log", Infinitive: "export the audit log"},

	{Action: "account.signup", Kind: "accounts", Past: "signed up", Infinitive: "sign up", AnonymousActor: "Someone"},
	{Action: "account.signin", Kind: "accounts", Past: "signed in", Infinitive: "sign in"},
	{Action: "account.signin.first", Kind: "accounts", Past: "started to sign in", Infinitive: "start to sign in"},
	{Action: "account.signout", Kind: "accounts", Past: "signed out", Infinitive: "sign out"},
	{Action: "account.confirm", Kind: "accounts", Past: "confirmed their email address", Infinitive: "confirm their email address"},
	{Action: "account.update", Kind: "accounts", Past: "changed their profile", Infinitive: "change their profile"},
	{Action: "account.password", Kind: "accounts", Past: "changed their password", Infinitive: "change their password"},
	{Action: "account.password.set", Kind: "accounts", Past: "set a new password for {on}", Infinitive: "set a new password for {on}", Short: "new password set"},
	{Action: "account.reset", Kind: "accounts", Past: "reset their password", Infinitive: "reset their password"},
	{Action: "account.reset.request", Kind: "accounts", Past: "requested a password reset", Infinitive: "request a password reset"},
	{Action: "account.code.request", Kind: "accounts", Past: "requested a sign-in code by email", Infinitive: "request a sign-in code by email"},
	{Action: "account.two_factors.on", Kind: "accounts", Past: "turned on two-factor authentication", Infinitive: "turn on two-factor authentication"},
	{Action: "account.two_factors.off", Kind: "accounts", Past: "turned off two-factor authentication", Infinitive: "turn off two-factor authentication"},
	{Action: "account.two_factors.codes", Kind: "accounts", Past: "created new recovery codes", Infinitive: "create new recovery codes"},
	{Action: "account.two_factors.reset", Kind: "accounts", Past: "turned off two-factor authentication for {on}", Infinitive: "turn off two-factor authentication for {on}", Short: "two-factor authentication turned off"},
	{Action: "account.address", Kind: "accounts", Past: "changed their email address", Infinitive: "change their email address"},
	{Action: "account.address.request", Kind: "accounts", Past: "requested a change of their email address", Infinitive: "request a change of their email address"},
	{Action: "account.address.cancel", Kind: "accounts", Past: "cancelled the change of their email address", Infinitive: "cancel the change of their email address"},
	{Action: "account.picture", Kind: "accounts", Past: "uploaded a profile picture", Infinitive: "upload a profile picture"},
	{Action: "account.picture.remove", Kind: "accounts", Past: "removed their profile picture", Infinitive: "remove their profile picture"},
	{Action: "account.device.end", Kind: "accounts", Past: "signed out a device", Infinitive: "sign out a device"},
	{Action: "account.devices.end", Kind: "accounts", Past: "signed out all other devices", Infinitive: "sign out all other devices"},
	{Action: "account.passkey.add", Kind: "accounts", Past: "added a passkey", Infinitive: "add a passkey"},
	{Action: "account.passkey.remove", Kind: "accounts", Past: "removed a passkey", Infinitive: "remove a passkey"},
	{Action: "account.connect", Kind: "accounts", Past: "connected an identity provider", Infinitive: "connect an identity provider"},
	{Action: "account.disconnect", Kind: "accounts", Past: "disconnected an identity provider", Infinitive: "disconnect an identity provider"},
	{Action: "account.delete", Kind: "accounts", Past: "deleted the account {on}", Infinitive: "delete the account {on}"},
	{Action: "account.create", Kind: "accounts", Past: "created the account of {on}", Infinitive: "create the account of {on}", Short: "account created"},
	{Action: "account.change", Kind: "accounts", Past: "changed the account of {on}", Infinitive: "change the account of {on}", Short: "account changed"},
	{Action: "account.impersonate", Kind: "accounts", Past: "got access to the account of {on}", Infinitive: "get access to the account of {on}", Short: "account accessed"},
	{Action: "account.login.create", Kind: "accounts", Past: "signed {on} in on a device", Infinitive: "sign {on} in on a device", Short: "signed in on a device"},
	{Action: "account.login.change", Kind: "accounts", Past: "changed a device of {on}", Infinitive: "change a device of {on}", Short: "device changed"},
	{Action: "account.login.end", Kind: "accounts", Past: "signed {on} out of a device", Infinitive: "sign {on} out of a device", Short: "signed out of a device"},
	{Action: "support.request", Kind: "accounts", Past: "sent a support request", Infinitive: "send a support request", AnonymousActor: "Someone"},
	{Action: "superuser.create", Kind: "accounts", Past: "added the server administrator {on}", Infinitive: "add the server administrator {on}"},
	{Action: "superuser.update", Kind: "accounts", Past: "changed the server administrator {on}", Infinitive: "change the server administrator {on}"},
	{Action: "superuser.delete", Kind: "accounts", Past: "removed the server administrator {on}", Infinitive: "remove the server administrator {on}"},
	{Action: "server.request", Kind: "accounts", Past: "changed the server: {on}", Infinitive: "change the server: {on}"},
}

// answers describes replies to a session invitation by the detail "answer".
var answers = map[string]ActionText{
	"yes":   {Past: "accepted {on}", Infinitive: "accept {on}", AnonymousTarget: "a session"},
	"maybe": {Past: "replied “maybe” to {on}", Infinitive: "reply “maybe” to {on}", AnonymousTarget: "a session"},
	"no":    {Past: "declined {on}", Infinitive: "decline {on}", AnonymousTarget: "a session"},
}

// findActionText returns the text of an action. An unknown action is shown by its key.
func findActionText(action string) ActionText {
	if n := slices.IndexFunc(ActionTexts, func(d ActionText) bool { return d.Action == action }); n >= 0 {
		return ActionTexts[n]
	}
	return ActionText{Action: action, Past: "performed “" + action + "” on {on}", Infinitive: "perform “" + action + "” on {on}"}
}

// actionsOfKind returns the keys of the actions of a kind.
func actionsOfKind(kind string) []string {
	var actions []string
	for _, text := range ActionTexts {
		if text.Kind == kind {
			actions = append(actions, text.Action)
		}
	}
	return actions
}
