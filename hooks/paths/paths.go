// Package paths names the pages that emails and other areas link to. Routes are mounted in the routes.go of each area of views;
// paths within an area are in its paths.go.
package paths

import "net/url"

// Pages of accounts, and what the whole site shares.
const (
	SignIn      = "/signin"
	SignInCode  = SignIn + "/code" // one-time code by email
	SecondStep  = SignIn + "/two-factors"
	SignUp      = "/signup"
	SignOut     = "/signout" // POST only
	Reset       = "/reset"
	Account     = "/account"
	Teams       = "/teams" // Team Selection
	CreateTeam  = Teams + "?new=1"
	AdminPanels = "/admin" // sign-in to an Admin Panel, whichever it is
	Events      = "/events"
	APIDocs     = "/api/docs"
	Help        = "/help"
	Support     = Help + "/support" // the form for a support request
)

// Prefixes of paths, for telling from a request what it is about. What follows InvitationPrefix, ResetPrefix, ConfirmPrefix, ChangeAddressPrefix,
// FeedPrefix and JoinPrefix is a secret.
const (
	InvitationPrefix    = "/invite/"
	ResetPrefix         = Reset + "/"
	ConfirmPrefix       = "/verify/"
	ChangeAddressPrefix = "/email/"
	FeedPrefix          = "/calendar/"
	JoinPrefix          = "/s/"
	RoomPrefix          = "/r/"
	LivePrefix          = "/live/"
	LogoPrefix          = "/logo/"
	AvatarPrefix        = "/avatar/"
	IdentityPrefix      = SignIn + "/with/" // sign-in with an identity provider
	AppPrefix           = "/app/"
	PanelPrefix         = AdminPanels + "/"
)

// Parts of the account page.
const (
	AccountProfile    = Account + "#profile"
	AccountAddress    = Account + "#address"
	AccountPassword   = Account + "#password"
	AccountPasskeys   = Account + "#passkeys"
	AccountSignIns    = Account + "#identities"
	AccountDevices    = Account + "#devices"
	AccountDelete     = Account + "#delete"
	AccountTwoFactors = Account + "#two-factors"
	TwoFactors        = Account + "/two-factors"
)

// HelpFor is the help for "admins", "organizers" or "guests".
func HelpFor(reader string) string { return Help + "/" + reader }

// SignInAs is the sign-in page with the address filled in.
func SignInAs(email string) string { return SignIn + "?email=" + url.QueryEscape(email) }

// Identity starts signing in with an identity provider.
func Identity(provider string) string { return IdentityPrefix + url.PathEscape(provider) }

// IdentityCallback is where an identity provider sends the browser back.
func IdentityCallback(provider string) string { return Identity(provider) + "/callback" }

// SetPassword is the page that a link for setting a new password opens.
func SetPassword(token string) string { return ResetPrefix + token }

// ConfirmAddress is the page that confirms the address of a new account.
func ConfirmAddress(token string) string { return ConfirmPrefix + token }

// ChangeAddress is the page that confirms a changed address.
func ChangeAddress(token string) string { return ChangeAddressPrefix + token }

// Invitation is the page of an invitation to a team.
func Invitation(token string) string { return InvitationPrefix + token }

// Join is the join page of a session, by its public code or a personal one.
func Join(code string) string { return JoinPrefix + code }

// JoinNext leads to the join page of the running or next session of a series, by the public code of one of its sessions.
func JoinNext(code string) string { return Join(code) + "/next" }

// Room is the page of a room.
func Room(slug string) string { return RoomPrefix + slug }

// Live is the page of a running session.
func Live(session string) string { return LivePrefix + session }

// Feed is the calendar feed with the secret.
func Feed(secret string) string { return FeedPrefix + secret + ".ics" }

// Logo is the logo of a team; it changes with the file.
func Logo(team, file string) string { return LogoPrefix + team + "/" + file }

// Avatar is the picture of an account; it changes with the file.
func Avatar(user, file string) string { return AvatarPrefix + user + "/" + file }

// App is the home page of a team, by its slug or ID. Like App, the functions below take either.
func App(team string) string { return AppPrefix + team }

// LeaveTeam is the home page with the question whether to leave the team.
func LeaveTeam(team string) string { return App(team) + "?leave=1" }

// Sessions is the list of sessions in the App.
func Sessions(team string) string { return App(team) + "/sessions" }

// SessionsShown is the list of sessions with that state.
func SessionsShown(team, state string) string {
	return Sessions(team) + "?show=" + url.QueryEscape(state)
}

// Session is the page of a session in the App.
func Session(team, session string) string { return Sessions(team) + "/" + session }

// MeetNow starts a session immediately (POST only).
func MeetNow(team string) string { return App(team) + "/meet" }

// SessionChat is the chat of a session as a file.
func SessionChat(team, session string) string { return Session(team, session) + "/chat.txt" }

// NewSession is the form that schedules a session.
func NewSession(team string) string { return Sessions(team) + "/new" }

// Calendar is the calendar in the App.
func Calendar(team string) string { return App(team) + "/calendar" }

// AppRooms is the list of rooms in the App.
func AppRooms(team string) string { return App(team) + "/rooms" }

// AppRecordings is the library of recordings in the App.
func AppRecordings(team string) string { return App(team) + "/recordings" }

// Recording is the page of a recording in the App.
func Recording(team, id string) string { return AppRecordings(team) + "/" + id }

// AppSearch is the search page of the App.
func AppSearch(team string) string { return App(team) + "/find" }

// Panel is the Admin Panel of a team.
func Panel(team string) string { return PanelPrefix + team }

// Usage is the page about the usage of a month in the Admin Panel.
func Usage(team string) string { return Panel(team) + "/usage" }

// Users is the list of users in the Admin Panel.
func Users(team string) string { return Panel(team) + "/users" }

// User is the page of a user in the Admin Panel, by the ID of the account or of the invitation.
func User(team, id string) string { return Users(team) + "/" + id }

// AddUsers is the form that adds users.
func AddUsers(team string) string { return Users(team) + "/add" }

// UsersExport is the file of all users.
func UsersExport(team string) string { return Users(team) + "/export" }

// Imports is the list of imports of users.
func Imports(team string) string { return Users(team) + "/import" }

// Permissions is the table of roles and permissions.
func Permissions(team string) string { return Users(team) + "/permissions" }

// History is the audit log of a user, session, room or other object, by its ID.
func History(team, id string) string { return AuditLog(team) + "?person=" + url.QueryEscape(id) }

// Licences is the use of a team's licences and seats in the Admin Panel.
func Licences(team string) string { return Panel(team) + "/licences" }

// ActiveSessions is the list of running sessions in the Admin Panel.
func ActiveSessions(team string) string { return Panel(team) + "/active" }

// ActiveSession has the details of a running session.
func ActiveSession(team, session string) string { return ActiveSessions(team) + "/" + session }

// PanelRooms is the list of rooms in the Admin Panel.
func PanelRooms(team string) string { return Panel(team) + "/rooms" }

// NewRoom is the form that creates a room.
func NewRoom(team string) string { return PanelRooms(team) + "/new" }

// ArchivedRooms is the list of archived rooms.
func ArchivedRooms(team string) string { return PanelRooms(team) + "?status=archived" }

// PanelRecordings is the library of all recordings of the team in the Admin Panel.
func PanelRecordings(team string) string { return Panel(team) + "/recordings" }

// PanelSearch is the search page of the Admin Panel.
func PanelSearch(team string) string { return Panel(team) + "/find" }

// AuditLog is the audit log in the Admin Panel.
func AuditLog(team string) string { return Panel(team) + "/audit" }

// AuditExport is the file of the whole audit log.
func AuditExport(team string) string { return AuditLog(team) + "/export" }

// Settings is the page of the team's settings in the Admin Panel.
func Settings(team string) string { return Panel(team) + "/settings" }

// Retention is the page that sets how long recordings are kept.
func Retention(team string) string { return Settings(team) + "/recordings" }

// Billing is the page of the plan and add-ons of a team.
func Billing(team string) string { return Panel(team) + "/billing" }

// Ownership is the page that transfers the team to an Admin, and where the Admin accepts.
func Ownership(team string) string { return Settings(team) + "/owner" }

// DeleteTeam is the page that deletes the team.
func DeleteTeam(team string) string { return Settings(team) + "/delete" }
