package audit

import "slices"

// Deed is an action in words for people. {on} is whom or what it was done to, {roles} the roles of its details.
type Deed struct {
	Action  string
	Kind    string // key of one of the Kinds
	Did     string // "revoked the invitation of {on}"
	Tries   string // of a refusal, behind "tried to": "revoke the invitation of {on}"
	Got     string // as it reads beside him to whom it was done: "invitation revoked"; empty: as the sentence
	Nobody  string // who it was when no account did it; empty: the server
	Unnamed string // {on} without a name; empty: "somebody"
}

// Kind groups deeds, so that people find them.
type Kind struct{ Key, Word string }

// Kinds are all of them, in the order in which they are shown.
var Kinds = []Kind{
	{"invitations", "Invitations"},
	{"members", "Members and roles"},
	{"sessions", "Sessions and rooms"},
	{"team", "Team and settings"},
	{"access", "Access and exports"},
	{"accounts", "Accounts"},
}

// Catalogue is every action that is written down, anywhere.
var Catalogue = []Deed{
	{Action: "invitation.create", Kind: "invitations", Did: "invited {on} as {roles}", Tries: "invite {on}", Got: "invited as {roles}"},
	{Action: "invitation.accept", Kind: "invitations", Did: "accepted the invitation for {on}", Tries: "accept the invitation for {on}", Got: "accepted the invitation"},
	{Action: "invitation.decline", Kind: "invitations", Did: "declined the invitation for {on}", Tries: "decline the invitation for {on}", Got: "declined the invitation",
		Nobody: "Whoever held the link"},
	{Action: "invitation.revoke", Kind: "invitations", Did: "revoked the invitation of {on}", Tries: "revoke the invitation of {on}", Got: "invitation revoked"},
	{Action: "invitation.resend", Kind: "invitations", Did: "sent the invitation of {on} again", Tries: "send the invitation of {on} again", Got: "invitation sent again"},
	{Action: "invitation.update", Kind: "invitations", Did: "changed the invitation of {on}", Tries: "change the invitation of {on}", Got: "invitation changed"},
	{Action: "invitation.delete", Kind: "invitations", Did: "deleted the invitation of {on}", Tries: "delete the invitation of {on}", Got: "invitation deleted"},
	{Action: "invitation.undeliverable", Kind: "invitations", Did: "ended the invitation of {on}, who cannot be reached", Tries: "end the invitation of {on}", Got: "invitation ended, the address cannot be reached"},
	{Action: "import.start", Kind: "invitations", Did: "began to invite everybody in {on}", Tries: "invite everybody in {on}", Unnamed: "a list"},
	{Action: "import.done", Kind: "invitations", Did: "invited everybody in {on}", Tries: "invite everybody in {on}", Unnamed: "a list"},
	{Action: "import.stop", Kind: "invitations", Did: "stopped inviting from {on}", Tries: "stop inviting from {on}", Unnamed: "a list"},
	{Action: "import.stopped", Kind: "invitations", Did: "invited no more from {on}", Tries: "invite from {on}", Unnamed: "a list"},

	{Action: "member.revoke", Kind: "members", Did: "took the role {roles} from {on}", Tries: "take a role from {on}", Got: "role {roles} taken"},
	{Action: "member.take", Kind: "members", Did: "became {roles}", Tries: "become {roles}", Got: "became {roles}"},
	{Action: "member.remove", Kind: "members", Did: "removed {on} from the team", Tries: "remove {on} from the team", Got: "removed from the team"},
	{Action: "member.leave", Kind: "members", Did: "left the team", Tries: "leave the team", Got: "left the team"},
	{Action: "guest.join", Kind: "members", Did: "became a guest of the team", Tries: "become a guest of the team", Got: "became a guest of the team"},
	{Action: "member.add", Kind: "members", Did: "added {on} to the team as {roles}", Tries: "add {on} to the team as {roles}", Got: "added to the team as {roles}"},
	{Action: "member.roles", Kind: "members", Did: "changed the role of {on} to {roles}", Tries: "change the role of {on}", Got: "role changed to {roles}"},
	{Action: "person.tag", Kind: "members", Did: "changed the tags of {on}", Tries: "change the tags of {on}", Got: "tags changed"},

	{Action: "session.schedule", Kind: "sessions", Did: "scheduled {on}", Tries: "schedule {on}", Unnamed: "a session"},
	{Action: "session.change", Kind: "sessions", Did: "changed {on}", Tries: "change {on}", Unnamed: "a session"},
	{Action: "session.cancel", Kind: "sessions", Did: "cancelled {on}", Tries: "cancel {on}", Unnamed: "a session"},
	{Action: "session.resend", Kind: "sessions", Did: "resent the session invitation to {on}", Tries: "resend the session invitation to {on}", Got: "session invitation resent"},
	{Action: "session.link", Kind: "sessions", Did: "copied the personal link of {on}", Tries: "copy the personal link of {on}", Got: "personal link copied"},
	{Action: "session.handover", Kind: "sessions", Did: "gave {on} another host", Tries: "give {on} another host", Unnamed: "a session"},
	{Action: "session.feed", Kind: "sessions", Did: "made a new calendar feed", Tries: "make a new calendar feed"},
	{Action: "session.answer", Kind: "sessions", Did: "answered whether to come to {on}", Tries: "answer whether to come to {on}", Unnamed: "a session"},
	{Action: "session.join", Kind: "sessions", Did: "came to the door of {on}", Tries: "join {on}", Unnamed: "a session", Nobody: "Whoever held the link"},
	{Action: "session.decline", Kind: "sessions", Did: "declined to come to {on}", Tries: "decline to come to {on}", Unnamed: "a session", Nobody: "Whoever held the link"},
	{Action: "session.admit", Kind: "sessions", Did: "let {on} into a session", Tries: "let {on} into a session", Got: "let into a session"},
	{Action: "session.refuse", Kind: "sessions", Did: "did not let {on} into a session", Tries: "turn {on} away from a session", Got: "turned away from a session"},
	{Action: "session.put_out", Kind: "sessions", Did: "put {on} out of a session", Tries: "put {on} out of a session", Got: "put out of a session"},
	{Action: "session.mute", Kind: "sessions", Did: "muted {on} in a session", Tries: "mute {on} in a session", Got: "muted in a session"},
	{Action: "session.start", Kind: "sessions", Did: "started {on}", Tries: "start {on}", Unnamed: "a session"},
	{Action: "session.extend", Kind: "sessions", Did: "extended {on}", Tries: "extend {on}", Unnamed: "a session"},
	{Action: "session.end", Kind: "sessions", Did: "ended {on}", Tries: "end {on}", Unnamed: "a session"},
	{Action: "session.lead", Kind: "sessions", Did: "let {on} lead a session that nobody led any more", Tries: "let {on} lead a session", Got: "made co-host of a session that nobody led any more"},
	{Action: "session.report", Kind: "sessions", Did: "reported what happened in {on}", Tries: "report what happened in {on}", Unnamed: "a session"},
	{Action: "session.delete", Kind: "sessions", Did: "deleted {on}", Tries: "delete {on}", Unnamed: "a session"},
	{Action: "room.create", Kind: "sessions", Did: "made the room {on}", Tries: "make the room {on}", Unnamed: "without a name"},
	{Action: "room.update", Kind: "sessions", Did: "changed the room {on}", Tries: "change the room {on}", Unnamed: "that is not there"},
	{Action: "room.archive", Kind: "sessions", Did: "archived the room {on}", Tries: "archive the room {on}", Unnamed: "that is not there"},
	{Action: "room.restore", Kind: "sessions", Did: "put the room {on} into use again", Tries: "put the room {on} into use again", Unnamed: "that is not there"},
	{Action: "room.rotate", Kind: "sessions", Did: "gave the room {on} a new link", Tries: "give the room {on} a new link", Unnamed: "that is not there"},
	{Action: "room.delete", Kind: "sessions", Did: "deleted the room {on}", Tries: "delete the room {on}", Unnamed: "without a name"},

	{Action: "team.found", Kind: "team", Did: "made the team {on}", Tries: "make a team"},
	{Action: "team.update", Kind: "team", Did: "changed the settings of {on}", Tries: "change the settings of {on}"},
	{Action: "team.delete", Kind: "team", Did: "deleted the team {on}", Tries: "delete the team {on}"},
	{Action: "team.plan", Kind: "team", Did: "changed the plan or seats of {on}", Tries: "change the plan or seats of {on}"},
	{Action: "plan.create", Kind: "team", Did: "created the plan {on}", Tries: "create the plan {on}"},
	{Action: "plan.update", Kind: "team", Did: "changed the plan {on}", Tries: "change the plan {on}"},
	{Action: "plan.delete", Kind: "team", Did: "deleted the plan {on}", Tries: "delete the plan {on}"},
	{Action: "data.create", Kind: "team", Did: "created {on} in the database", Tries: "create {on} in the database", Unnamed: "a record"},
	{Action: "data.update", Kind: "team", Did: "changed {on} in the database", Tries: "change {on} in the database", Unnamed: "a record"},
	{Action: "data.delete", Kind: "team", Did: "deleted {on} from the database", Tries: "delete {on} from the database", Unnamed: "a record"},
	{Action: "mail.test", Kind: "team", Did: "sent a test letter", Tries: "send a test letter"},

	{Action: "panel.enter", Kind: "access", Did: "entered the Admin Panel", Tries: "enter the Admin Panel"},
	{Action: "users.export", Kind: "access", Did: "exported the list of users", Tries: "export the list of users"},
	{Action: "audit.export", Kind: "access", Did: "exported the audit log", Tries: "export the audit log"},

	{Action: "account.signup", Kind: "accounts", Did: "made an account", Tries: "make an account", Nobody: "Somebody new"},
	{Action: "account.signin", Kind: "accounts", Did: "signed in", Tries: "sign in"},
	{Action: "account.signout", Kind: "accounts", Did: "signed out", Tries: "sign out"},
	{Action: "account.confirm", Kind: "accounts", Did: "confirmed the address", Tries: "confirm the address"},
	{Action: "account.update", Kind: "accounts", Did: "changed the profile", Tries: "change the profile"},
	{Action: "account.password", Kind: "accounts", Did: "changed the password", Tries: "change the password"},
	{Action: "account.reset", Kind: "accounts", Did: "set a new password by mail", Tries: "set a new password by mail"},
	{Action: "account.reset.request", Kind: "accounts", Did: "asked for a link to set a new password", Tries: "ask for a link to set a new password"},
	{Action: "account.address", Kind: "accounts", Did: "changed the address", Tries: "change the address"},
	{Action: "account.address.request", Kind: "accounts", Did: "asked to change the address", Tries: "ask to change the address"},
	{Action: "account.address.cancel", Kind: "accounts", Did: "kept the address", Tries: "keep the address"},
	{Action: "account.picture", Kind: "accounts", Did: "chose a picture", Tries: "choose a picture"},
	{Action: "account.picture.remove", Kind: "accounts", Did: "took the picture away", Tries: "take the picture away"},
	{Action: "account.device.end", Kind: "accounts", Did: "signed a device out", Tries: "sign a device out"},
	{Action: "account.devices.end", Kind: "accounts", Did: "signed all other devices out", Tries: "sign all other devices out"},
	{Action: "account.delete", Kind: "accounts", Did: "deleted the account {on}", Tries: "delete the account {on}"},
	{Action: "account.create", Kind: "accounts", Did: "created the account of {on}", Tries: "create the account of {on}", Got: "account created"},
	{Action: "account.change", Kind: "accounts", Did: "changed the account of {on}", Tries: "change the account of {on}", Got: "account changed"},
	{Action: "account.impersonate", Kind: "accounts", Did: "got access to the account of {on}", Tries: "get access to the account of {on}", Got: "account accessed"},
	{Action: "account.login.create", Kind: "accounts", Did: "signed {on} in on a device", Tries: "sign {on} in on a device", Got: "signed in on a device"},
	{Action: "account.login.change", Kind: "accounts", Did: "changed a device of {on}", Tries: "change a device of {on}", Got: "device changed"},
	{Action: "account.login.end", Kind: "accounts", Did: "signed {on} out of a device", Tries: "sign {on} out of a device", Got: "signed out of a device"},
	{Action: "superuser.create", Kind: "accounts", Did: "added the server administrator {on}", Tries: "add the server administrator {on}"},
	{Action: "superuser.update", Kind: "accounts", Did: "changed the server administrator {on}", Tries: "change the server administrator {on}"},
	{Action: "superuser.delete", Kind: "accounts", Did: "removed the server administrator {on}", Tries: "remove the server administrator {on}"},
	{Action: "server.request", Kind: "accounts", Did: "changed the server: {on}", Tries: "change the server: {on}"},
}

// deedOf is the deed of an action. One that the catalogue does not have is named as it is.
func deedOf(action string) Deed {
	if n := slices.IndexFunc(Catalogue, func(d Deed) bool { return d.Action == action }); n >= 0 {
		return Catalogue[n]
	}
	return Deed{Action: action, Did: "did “" + action + "” to {on}", Tries: "do “" + action + "” to {on}"}
}

// actionsOf are the actions of a kind.
func actionsOf(kind string) []string {
	var actions []string
	for _, deed := range Catalogue {
		if deed.Kind == kind {
			actions = append(actions, deed.Action)
		}
	}
	return actions
}
