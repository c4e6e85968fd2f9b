package audit

import "slices"

// ActionText is an action in words for people. {on} is whom or what it was done to, {roles} the roles of its details.
type ActionText struct {
	Action          string
	Kind            string // key of one of the Kinds
	Past            string // "revoked the invitation of {on}"
	Infinitive      string // of a refusal, behind "tried to": "revoke the invitation of {on}"
	Short           string // as it reads beside him to whom it was done: "invitation revoked"; empty: as the sentence
	AnonymousActor  string // who it was when no account did it; empty: the server
	AnonymousTarget string // {on} without a name; empty: "somebody"
}

// Kind groups deeds, so that people find them.
type Kind struct{ Key, Label string }

// Kinds are all of them, in the order in which they are shown.
var Kinds = []Kind{
	{"invitations", "Invitations"},
	{"members", "Members and roles"},
	{"sessions", "Sessions and rooms"},
	{"team", "Team and settings"},
	{"access", "Access and exports"},
	{"accounts", "Accounts"},
}

// ActionTexts is every action that is written down, anywhere.
var ActionTexts = []ActionText{
	{Action: "invitation.create", Kind: "invitations", Past: "invited {on} as {roles}", Infinitive: "invite {on}", Short: "invited as {roles}"},
	{Action: "invitation.accept", Kind: "invitations", Past: "accepted the invitation for {on}", Infinitive: "accept the invitation for {on}", Short: "accepted the invitation"},
	{Action: "invitation.decline", Kind: "invitations", Past: "declined the invitation for {on}", Infinitive: "decline the invitation for {on}", Short: "declined the invitation",
		AnonymousActor: "Whoever held the link"},
	{Action: "invitation.revoke", Kind: "invitations", Past: "revoked the invitation of {on}", Infinitive: "revoke the invitation of {on}", Short: "invitation revoked"},
	{Action: "invitation.resend", Kind: "invitations", Past: "sent the invitation of {on} again", Infinitive: "send the invitation of {on} again", Short: "invitation sent again"},
	{Action: "invitation.update", Kind: "invitations", Past: "changed the invitation of {on}", Infinitive: "change the invitation of {on}", Short: "invitation changed"},
	{Action: "invitation.delete", Kind: "invitations", Past: "deleted the invitation of {on}", Infinitive: "delete the invitation of {on}", Short: "invitation deleted"},
	{Action: "invitation.undeliverable", Kind: "invitations", Past: "ended the invitation of {on}, who cannot be reached", Infinitive: "end the invitation of {on}", Short: "invitation ended, the address cannot be reached"},
	{Action: "import.start", Kind: "invitations", Past: "began to invite everybody in {on}", Infinitive: "invite everybody in {on}", AnonymousTarget: "a list"},
	{Action: "import.done", Kind: "invitations", Past: "invited everybody in {on}", Infinitive: "invite everybody in {on}", AnonymousTarget: "a list"},
	{Action: "import.stop", Kind: "invitations", Past: "stopped inviting from {on}", Infinitive: "stop inviting from {on}", AnonymousTarget: "a list"},
	{Action: "import.stopped", Kind: "invitations", Past: "invited no more from {on}", Infinitive: "invite from {on}", AnonymousTarget: "a list"},

	{Action: "member.revoke", Kind: "members", Past: "took the role {roles} from {on}", Infinitive: "take a role from {on}", Short: "role {roles} taken"},
	{Action: "member.take", Kind: "members", Past: "became {roles}", Infinitive: "become {roles}", Short: "became {roles}"},
	{Action: "member.remove", Kind: "members", Past: "removed {on} from the team", Infinitive: "remove {on} from the team", Short: "removed from the team"},
	{Action: "member.leave", Kind: "members", Past: "left the team", Infinitive: "leave the team", Short: "left the team"},
	{Action: "guest.join", Kind: "members", Past: "became a guest of the team", Infinitive: "become a guest of the team", Short: "became a guest of the team"},
	{Action: "member.add", Kind: "members", Past: "added {on} to the team as {roles}", Infinitive: "add {on} to the team as {roles}", Short: "added to the team as {roles}"},
	{Action: "member.roles", Kind: "members", Past: "changed the role of {on} to {roles}", Infinitive: "change the role of {on}", Short: "role changed to {roles}"},
	{Action: "person.tag", Kind: "members", Past: "changed the tags of {on}", Infinitive: "change the tags of {on}", Short: "tags changed"},

	{Action: "session.schedule", Kind: "sessions", Past: "scheduled {on}", Infinitive: "schedule {on}", AnonymousTarget: "a session"},
	{Action: "session.change", Kind: "sessions", Past: "changed {on}", Infinitive: "change {on}", AnonymousTarget: "a session"},
	{Action: "session.cancel", Kind: "sessions", Past: "cancelled {on}", Infinitive: "cancel {on}", AnonymousTarget: "a session"},
	{Action: "session.resend", Kind: "sessions", Past: "resent the session invitation to {on}", Infinitive: "resend the session invitation to {on}", Short: "session invitation resent"},
	{Action: "session.link", Kind: "sessions", Past: "copied the personal link of {on}", Infinitive: "copy the personal link of {on}", Short: "personal link copied"},
	{Action: "session.handover", Kind: "sessions", Past: "gave {on} another host", Infinitive: "give {on} another host", AnonymousTarget: "a session"},
	{Action: "session.feed", Kind: "sessions", Past: "made a new calendar feed", Infinitive: "make a new calendar feed"},
	{Action: "session.answer", Kind: "sessions", Past: "answered whether to come to {on}", Infinitive: "answer whether to come to {on}", AnonymousTarget: "a session"},
	{Action: "session.join", Kind: "sessions", Past: "came to the door of {on}", Infinitive: "join {on}", AnonymousTarget: "a session", AnonymousActor: "Whoever held the link"},
	{Action: "session.decline", Kind: "sessions", Past: "declined to come to {on}", Infinitive: "decline to come to {on}", AnonymousTarget: "a session", AnonymousActor: "Whoever held the link"},
	{Action: "session.admit", Kind: "sessions", Past: "let {on} into a session", Infinitive: "let {on} into a session", Short: "let into a session"},
	{Action: "session.refuse", Kind: "sessions", Past: "did not let {on} into a session", Infinitive: "turn {on} away from a session", Short: "turned away from a session"},
	{Action: "session.put_out", Kind: "sessions", Past: "put {on} out of a session", Infinitive: "put {on} out of a session", Short: "put out of a session"},
	{Action: "session.mute", Kind: "sessions", Past: "muted {on} in a session", Infinitive: "mute {on} in a session", Short: "muted in a session"},
	{Action: "session.start", Kind: "sessions", Past: "started {on}", Infinitive: "start {on}", AnonymousTarget: "a session"},
	{Action: "session.extend", Kind: "sessions", Past: "extended {on}", Infinitive: "extend {on}", AnonymousTarget: "a session"},
	{Action: "session.end", Kind: "sessions", Past: "ended {on}", Infinitive: "end {on}", AnonymousTarget: "a session"},
	{Action: "session.lead", Kind: "sessions", Past: "let {on} lead a session that nobody led any more", Infinitive: "let {on} lead a session", Short: "made co-host of a session that nobody led any more"},
	{Action: "session.report", Kind: "sessions", Past: "reported what happened in {on}", Infinitive: "report what happened in {on}", AnonymousTarget: "a session"},
	{Action: "session.delete", Kind: "sessions", Past: "deleted {on}", Infinitive: "delete {on}", AnonymousTarget: "a session"},
	{Action: "room.create", Kind: "sessions", Past: "made the room {on}", Infinitive: "make the room {on}", AnonymousTarget: "without a name"},
	{Action: "room.update", Kind: "sessions", Past: "changed the room {on}", Infinitive: "change the room {on}", AnonymousTarget: "that is not there"},
	{Action: "room.archive", Kind: "sessions", Past: "archived the room {on}", Infinitive: "archive the room {on}", AnonymousTarget: "that is not there"},
	{Action: "room.restore", Kind: "sessions", Past: "put the room {on} into use again", Infinitive: "put the room {on} into use again", AnonymousTarget: "that is not there"},
	{Action: "room.rotate", Kind: "sessions", Past: "gave the room {on} a new link", Infinitive: "give the room {on} a new link", AnonymousTarget: "that is not there"},
	{Action: "room.delete", Kind: "sessions", Past: "deleted the room {on}", Infinitive: "delete the room {on}", AnonymousTarget: "without a name"},

	{Action: "team.found", Kind: "team", Past: "made the team {on}", Infinitive: "make a team"},
	{Action: "team.update", Kind: "team", Past: "changed the settings of {on}", Infinitive: "change the settings of {on}"},
	{Action: "team.delete", Kind: "team", Past: "deleted the team {on}", Infinitive: "delete the team {on}"},
	{Action: "team.plan", Kind: "team", Past: "changed the plan or seats of {on}", Infinitive: "change the plan or seats of {on}"},
	{Action: "plan.create", Kind: "team", Past: "created the plan {on}", Infinitive: "create the plan {on}"},
	{Action: "plan.update", Kind: "team", Past: "changed the plan {on}", Infinitive: "change the plan {on}"},
	{Action: "plan.delete", Kind: "team", Past: "deleted the plan {on}", Infinitive: "delete the plan {on}"},
	{Action: "data.create", Kind: "team", Past: "created {on} in the database", Infinitive: "create {on} in the database", AnonymousTarget: "a record"},
	{Action: "data.update", Kind: "team", Past: "changed {on} in the database", Infinitive: "change {on} in the database", AnonymousTarget: "a record"},
	{Action: "data.delete", Kind: "team", Past: "deleted {on} from the database", Infinitive: "delete {on} from the database", AnonymousTarget: "a record"},
	{Action: "mail.test", Kind: "team", Past: "sent a test letter", Infinitive: "send a test letter"},

	{Action: "panel.enter", Kind: "access", Past: "entered the Admin Panel", Infinitive: "enter the Admin Panel"},
	{Action: "users.export", Kind: "access", Past: "exported the list of users", Infinitive: "export the list of users"},
	{Action: "audit.export", Kind: "access", Past: "exported the audit log", Infinitive: "export the audit log"},

	{Action: "account.signup", Kind: "accounts", Past: "made an account", Infinitive: "make an account", AnonymousActor: "Somebody new"},
	{Action: "account.signin", Kind: "accounts", Past: "signed in", Infinitive: "sign in"},
	{Action: "account.signout", Kind: "accounts", Past: "signed out", Infinitive: "sign out"},
	{Action: "account.confirm", Kind: "accounts", Past: "confirmed the address", Infinitive: "confirm the address"},
	{Action: "account.update", Kind: "accounts", Past: "changed the profile", Infinitive: "change the profile"},
	{Action: "account.password", Kind: "accounts", Past: "changed the password", Infinitive: "change the password"},
	{Action: "account.reset", Kind: "accounts", Past: "set a new password by mail", Infinitive: "set a new password by mail"},
	{Action: "account.reset.request", Kind: "accounts", Past: "asked for a link to set a new password", Infinitive: "ask for a link to set a new password"},
	{Action: "account.address", Kind: "accounts", Past: "changed the address", Infinitive: "change the address"},
	{Action: "account.address.request", Kind: "accounts", Past: "asked to change the address", Infinitive: "ask to change the address"},
	{Action: "account.address.cancel", Kind: "accounts", Past: "kept the address", Infinitive: "keep the address"},
	{Action: "account.picture", Kind: "accounts", Past: "chose a picture", Infinitive: "choose a picture"},
	{Action: "account.picture.remove", Kind: "accounts", Past: "took the picture away", Infinitive: "take the picture away"},
	{Action: "account.device.end", Kind: "accounts", Past: "signed a device out", Infinitive: "sign a device out"},
	{Action: "account.devices.end", Kind: "accounts", Past: "signed all other devices out", Infinitive: "sign all other devices out"},
	{Action: "account.delete", Kind: "accounts", Past: "deleted the account {on}", Infinitive: "delete the account {on}"},
	{Action: "account.create", Kind: "accounts", Past: "created the account of {on}", Infinitive: "create the account of {on}", Short: "account created"},
	{Action: "account.change", Kind: "accounts", Past: "changed the account of {on}", Infinitive: "change the account of {on}", Short: "account changed"},
	{Action: "account.impersonate", Kind: "accounts", Past: "got access to the account of {on}", Infinitive: "get access to the account of {on}", Short: "account accessed"},
	{Action: "account.login.create", Kind: "accounts", Past: "signed {on} in on a device", Infinitive: "sign {on} in on a device", Short: "signed in on a device"},
	{Action: "account.login.change", Kind: "accounts", Past: "changed a device of {on}", Infinitive: "change a device of {on}", Short: "device changed"},
	{Action: "account.login.end", Kind: "accounts", Past: "signed {on} out of a device", Infinitive: "sign {on} out of a device", Short: "signed out of a device"},
	{Action: "superuser.create", Kind: "accounts", Past: "added the server administrator {on}", Infinitive: "add the server administrator {on}"},
	{Action: "superuser.update", Kind: "accounts", Past: "changed the server administrator {on}", Infinitive: "change the server administrator {on}"},
	{Action: "superuser.delete", Kind: "accounts", Past: "removed the server administrator {on}", Infinitive: "remove the server administrator {on}"},
	{Action: "server.request", Kind: "accounts", Past: "changed the server: {on}", Infinitive: "change the server: {on}"},
}

// findActionText is the deed of an action. One that the catalogue does not have is named as it is.
func findActionText(action string) ActionText {
	if n := slices.IndexFunc(ActionTexts, func(d ActionText) bool { return d.Action == action }); n >= 0 {
		return ActionTexts[n]
	}
	return ActionText{Action: action, Past: "did “" + action + "” to {on}", Infinitive: "do “" + action + "” to {on}"}
}

// actionsOfKind are the actions of a kind.
func actionsOfKind(kind string) []string {
	var actions []string
	for _, deed := range ActionTexts {
		if deed.Kind == kind {
			actions = append(actions, deed.Action)
		}
	}
	return actions
}
