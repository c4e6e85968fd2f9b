package api

import (
	"usher/hooks/accounts"
	"usher/hooks/active"
	"usher/hooks/addresslist"
	"usher/hooks/attendances"
	"usher/hooks/audit"
	"usher/hooks/bulk"
	"usher/hooks/invitations"
	"usher/hooks/licences"
	"usher/hooks/live"
	"usher/hooks/members"
	"usher/hooks/people"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
	"usher/hooks/tags"
	"usher/hooks/tools/images"
	"usher/hooks/tools/text"
)

// operationTags group the operations, in the order of the document.
var operationTags = []tagInfo{
	{"Accounts", "Sign-up, and the account of the caller. To sign in, send identity and password to PocketBase's POST /api/collections/users/auth-with-password."},
	{"Teams", "Teams, their seats and settings."},
	{"Users", "Members, guests and invitees of a team."},
	{"Bulk actions", "One action on up to " + text.Number(bulk.MaxRows) + " users. Each is checked separately: a user who can't be changed is skipped with a code, and the others are changed."},
	{"Invitations", "Invitations to a team. An invitation reserves the seats of its roles and is valid for " + text.Duration(invitations.Lifetime) + "."},
	{"Imports", "Lists of up to " + text.Number(invitations.MaxImport) + " addresses, invited in the background."},
	{"Rooms", "Rooms with lasting links and settings of their own."},
	{"Sessions", "Scheduled sessions, series and participants."},
	{"Live", "Running sessions: start, end, extend, join. A running session uses one licence of the team."},
	{"Usage", "What a team scheduled in a month, compared with what ran."},
	{"Recordings", "Recordings of sessions. Hosts manage those of their sessions, the Owner and Admins all, and participants see those that are shared with them."},
	{"Audit log", "What happened in a team. Entries are append-only and hash-chained."},
	{"Webhooks", "Called by email and media providers."},
	{"API", "The description of this API."},
}

var (
	userFilters = []queryParameter{
		{name: "q", text: "Words of a name and email address, or parts of them, in any order. Case and accents don't matter."},
		{name: "role", text: "Users who have or are offered this role, or none.", values: "owner admin organizer none"},
		{name: "status", text: "Status of the membership or invitation.", values: "accepted pending declined revoked expired"},
		{name: "kind", text: "Members or guests.", values: "member guest"},
		{name: "tag", text: "Users with this tag. Case doesn't matter."},
		{name: "inactive", text: "true lists only members and guests who weren't active in this team for " + text.Duration(people.InactivePeriod) + " and joined before.", values: "true false", initial: "false"},
		{name: "sort", text: "Order. A leading minus reverses it.", values: "person status added active -person -status -added -active"},
	}
	userPaging = []queryParameter{
		{name: "page", text: "Page, from 1.", number: true, initial: 1},
		{name: "perPage", text: "Users per page, 1 to 200.", number: true, initial: 50},
	}
	usageFilters = []queryParameter{
		{name: "month", text: "Month, such as 2026-11. By default the current month in the team's time zone."},
		{name: "organizer", text: "Only sessions of this organizer, by account ID."},
		{name: "room", text: "Only sessions in this room, by ID; none for sessions without a room."},
		{name: "tag", text: "Only sessions whose organizer or a participant has this tag. Case doesn't matter."},
		{name: "sort", text: "Order of the rows. A leading minus reverses it. By default the newest come first.", values: "time title organizer scheduled actual -time -title -organizer -scheduled -actual"},
	}
	auditFilters = []queryParameter{
		{name: "person", text: "Who did it or whom it was about: an ID, or words of a name and email address."},
		{name: "kind", text: "Only entries of this group of events."},
		{name: "result", text: "Only entries with this result.", values: "done refused"},
		{name: "from", text: "First day, such as 2026-11-17 in the caller's time zone, or a time in RFC 3339."},
		{name: "to", text: "Last day or time, as for from."},
	}
)

// operations has one row for every route, in the order of the document. A test compares them with the routes that are
// mounted, and the types of their requests with those that the handlers decode.
var operations = []operation{
	{method: "POST", path: "/api/signup", tag: "Accounts", id: "signUp", summary: "Create an account",
		text:    "The first account of a server needs the code that the server printed at its first start, and gets a team and a token. Every later account gets an email to confirm its address; the response is the same whether or not the address has an account. At most 5 sign-ups an hour from one network. Where sign-up is by invitation, only invited addresses can sign up.",
		request: signUpForm{}, response: []any{pendingReply{}, firstAccount{}}, codes: []string{"signup_closed", "bad_email", "weak_password", "required", "bad_code"}},
	{method: "GET", path: "/api/account/devices", tag: "Accounts", id: "listDevices", summary: "List your devices", access: anyAccount,
		text: "Browsers in which you're signed in. API tokens aren't listed.", response: []any{list[device]{}}},
	{method: "DELETE", path: "/api/account/devices", tag: "Accounts", id: "endDevices", summary: "Sign out everywhere", access: anyAccount,
		text: "Ends every browser sign-in and invalidates every token, including the one used. The response has a new one.", response: []any{auth{}}},
	{method: "DELETE", path: "/api/account/devices/{id}", tag: "Accounts", id: "endDevice", summary: "Sign out of a device", access: anyAccount, response: []any{statusReply{}}},
	{method: "POST", path: "/api/account/password", tag: "Accounts", id: "changePassword", summary: "Change your password", access: anyAccount,
		text:    "Signs out every device and invalidates every token, including the one used. The response has a new one.",
		request: passwordForm{}, response: []any{auth{}}, codes: []string{"bad_credentials", "weak_password"}},
	{method: "POST", path: "/api/account/address", tag: "Accounts", id: "requestAddressChange", summary: "Request a change of your email address", access: anyAccount,
		text:    "Sends a confirmation link to the new address. Until it's used, the current address stays. At most " + accounts.EmailChangeLimit.Text("changes") + ".",
		request: newAddressForm{}, response: []any{pendingReply{}}, codes: []string{"bad_credentials", "bad_email", "same_address", "mail_off"}},
	{method: "DELETE", path: "/api/account/address", tag: "Accounts", id: "cancelAddressChange", summary: "Cancel a change of your email address", access: anyAccount,
		text: "The confirmation link stops working immediately.", response: []any{pendingReply{}}},
	{method: "POST", path: "/api/account/address/confirm", tag: "Accounts", id: "confirmAddressChange", summary: "Confirm your new email address", access: anyAccount,
		text:    "Signs out every device and invalidates every token, including the one used. The response has a new one.",
		request: addressTokenForm{}, response: []any{auth{}}, codes: []string{"link_expired", "address_taken"}},
	{method: "PUT", path: "/api/account/picture", tag: "Accounts", id: "setPicture", summary: "Set your picture", access: anyAccount,
		text:    "PNG, JPEG or WebP, up to " + text.Bytes(images.MaxBytes) + " and " + text.Number(images.MaxSide) + " pixels a side. At most " + accounts.AvatarLimit.Text("uploads") + ".",
		request: pictureForm{}, response: []any{pictureReply{}}, codes: []string{"bad_picture"}},
	{method: "DELETE", path: "/api/account/picture", tag: "Accounts", id: "deletePicture", summary: "Delete your picture", access: anyAccount, response: []any{pictureReply{}}},
	{method: "DELETE", path: "/api/account", tag: "Accounts", id: "deleteAccount", summary: "Delete your account", access: anyAccount,
		text:    "Leaves every team and can't be undone. The Owner of a team must delete the team first.",
		request: accountDeletionForm{}, response: []any{statusReply{}}, codes: []string{"bad_credentials", "last_owner"}},

	{method: "GET", path: "/api/teams", tag: "Teams", id: "listTeams", summary: "List your teams", access: anyAccount, response: []any{list[teamMembership]{}}},
	{method: "POST", path: "/api/teams", tag: "Teams", id: "createTeam", summary: "Create a team", access: anyAccount,
		text:    "You become its Owner and an Organizer. Needs a confirmed email address. At most 10 a day. Some servers let only their administrator create teams.",
		request: newTeamForm{}, response: []any{teamRef{}}, codes: []string{"required", "too_long", "bad_text", "unverified"}},
	{method: "GET", path: "/api/teams/{team}", tag: "Teams", id: "getTeam", summary: "Get a team", access: anyMember,
		text: "The Owner and Admins also get the plan and how the server sends email.", response: []any{team{}}},
	{method: "PATCH", path: "/api/teams/{team}", tag: "Teams", id: "updateTeam", summary: "Update a team", access: admins,
		text:    "Fields that aren't sent don't change. Only the Owner decides whether Admins manage Admins.",
		request: teamForm{}, response: []any{team{}}, codes: []string{"required", "too_long", "bad_slug", "taken", "bad_text", "bad_timezone", "bad_logo", "seats_limited"}},
	{method: "DELETE", path: "/api/teams/{team}", tag: "Teams", id: "deleteTeam", summary: "Delete a team", access: owner,
		text:    "Deletes the team with its rooms, sessions and invitations, and can't be undone. Send the team's name to confirm.",
		request: teamDeletionForm{}, response: []any{deletedTeamReply{}}, codes: []string{"wrong_name"}},
	{method: "GET", path: "/api/teams/{team}/seats", tag: "Teams", id: "getSeats", summary: "Get seats and licences", access: admins,
		text: "Pending invitations reserve seats. A licence is one session running at a time.", response: []any{seatCounts{}}},
	{method: "GET", path: "/api/teams/{team}/licences", tag: "Teams", id: "getLicences", summary: "Get the use of seats and licences", access: admins,
		text: "Seats and licences in use and by whom, the most licences in use on each of the last " + text.Number(licences.PeakDays) + " days, and the licences that scheduled sessions need in the next " +
			text.Number(licences.ForecastDays) + " days. Sessions held in another tool count too. Names at most " + text.Number(licences.MaxHolders) + " holders of seats.", response: []any{licenceReport{}}},
	{method: "POST", path: "/api/teams/{team}/test-email", tag: "Teams", id: "sendTestEmail", summary: "Send a test email", access: admins,
		text: "Sends an email to your own address. At most 3 a minute.", response: []any{testEmail{}}},
	{method: "GET", path: "/api/teams/{team}/test-email/{id}", tag: "Teams", id: "getTestEmail", summary: "Get the delivery of a test email", access: admins,
		text: "Only the caller's own test emails.", response: []any{testEmail{}}},

	{method: "GET", path: "/api/teams/{team}/users", tag: "Users", id: "listUsers", summary: "List users", access: admins,
		text: "Members, guests and invitees, one row per email address, with the newest status.", query: append(userFilters[:len(userFilters):len(userFilters)], userPaging...), response: []any{userPage{}}},
	{method: "GET", path: "/api/teams/{team}/users.csv", tag: "Users", id: "exportUsers", summary: "Export users as CSV", access: admins,
		text: "Takes the filters of the list and exports all pages. Times are in the caller's time zone.", query: userFilters, csv: true},
	{method: "GET", path: "/api/teams/{team}/users/{id}", tag: "Users", id: "getUser", summary: "Get a user", access: admins,
		text: "With the newest invitation, the delivery of its email, up to 20 upcoming and 20 past sessions, and how they came into the team. All of it is about this team only.", response: []any{userDetails{}}},
	{method: "PUT", path: "/api/teams/{team}/members/{user}/roles", tag: "Users", id: "setRoles", summary: "Set the roles of a member", access: admins,
		text: "Send all roles that the member is to have. Roles that are left out are revoked immediately; new roles are offered by an invitation, which reserves the seats. The Owner and Admins can make themselves Organizers immediately. " +
			"Sessions that the member can no longer host go to handOver, or are cancelled. Only the Owner changes Admins, unless the team lets Admins manage Admins.",
		request: rolesForm{}, response: []any{rolesReply{}}, codes: []string{"required", "bad_role", "guest_role", "seats_full", "cannot_host"}},
	{method: "POST", path: "/api/teams/{team}/members/{user}/roles/restore", tag: "Users", id: "restoreRoles", summary: "Restore revoked roles", access: admins,
		text:    "Gives a member roles back that you revoked last, within " + text.Duration(members.UndoWindow) + ", if seats are free. Later, offer them with an invitation.",
		request: restoreForm{}, response: []any{rolesReply{}}, codes: []string{"required", "bad_role", "too_late", "seats_full"}},
	{method: "DELETE", path: "/api/teams/{team}/members/{user}", tag: "Users", id: "removeMember", summary: "Remove a member, or leave the team", access: anyMember,
		text: "Frees the seats and ends access immediately. Scheduled sessions that they host go to handOver, or are cancelled. To leave, send your own account's ID; to remove others, be the Owner or an Admin. " +
			"The Owner can't be removed.",
		request: removalForm{}, response: []any{removal{}}, codes: []string{"last_owner", "cannot_host"}},
	{method: "GET", path: "/api/teams/{team}/tags", tag: "Users", id: "listTags", summary: "List tags", access: admins, response: []any{list[tag]{}}},
	{method: "PUT", path: "/api/teams/{team}/users/{id}/tags", tag: "Users", id: "setTags", summary: "Set the tags of a user", access: admins,
		text:    "Send all tags that the user is to have. At most " + text.Number(tags.MaxPerPerson) + " per user and " + text.Number(tags.MaxPerTeam) + " different ones per team.",
		request: tagsForm{}, response: []any{tagsReply{}}, codes: []string{"required", "too_many", "too_long", "bad_text"}},

	{method: "POST", path: "/api/teams/{team}/users/preview", tag: "Bulk actions", id: "previewBulkAction", summary: "Preview an action on users", access: admins,
		text:    "Returns what the action would do now, and changes nothing.",
		request: usersPreviewForm{}, response: []any{bulkResult{}}, codes: []string{"required", "too_many", "bad_action", "bad_role"}},
	{method: "POST", path: "/api/teams/{team}/users/remove", tag: "Bulk actions", id: "bulkRemove", summary: "Remove users", access: admins,
		text:    "Removes members and guests, and revokes the invitations of invitees.",
		request: bulkRemovalForm{}, response: []any{bulkResult{}}, codes: []string{"required", "too_many", "cannot_host"}},
	{method: "POST", path: "/api/teams/{team}/users/revoke", tag: "Bulk actions", id: "bulkRevoke", summary: "Revoke invitations", access: admins,
		request: selection{}, response: []any{bulkResult{}}, codes: []string{"required", "too_many"}},
	{method: "POST", path: "/api/teams/{team}/users/clear", tag: "Bulk actions", id: "bulkClear", summary: "Clear ended invitations", access: admins,
		text:    "Takes declined, revoked and expired invitations off the list of users. The audit log keeps them.",
		request: selection{}, response: []any{bulkResult{}}, codes: []string{"required", "too_many"}},
	{method: "POST", path: "/api/teams/{team}/users/revoke-role", tag: "Bulk actions", id: "bulkRevokeRole", summary: "Revoke a role", access: admins,
		text:    "Your own role is skipped.",
		request: bulkRoleForm{}, response: []any{bulkResult{}}, codes: []string{"required", "too_many", "bad_role", "cannot_host"}},
	{method: "POST", path: "/api/teams/{team}/users/resend", tag: "Bulk actions", id: "bulkResend", summary: "Resend invitations", access: admins,
		text:    "Each invitation gets a new link, valid for " + text.Duration(invitations.Lifetime) + "; the previous one stops working.",
		request: selection{}, response: []any{bulkResult{}}, codes: []string{"required", "too_many"}},
	{method: "GET", path: "/api/teams/{team}/users/jobs/{id}", tag: "Bulk actions", id: "getBulkJob", summary: "Get a bulk action in the background", access: admins,
		text: "Its progress, and its result once it has ended. Kept for " + text.Duration(bulk.JobRetention) + ".", response: []any{bulkJob{}}},
	{method: "POST", path: "/api/teams/{team}/users/jobs/{id}/stop", tag: "Bulk actions", id: "stopBulkJob", summary: "Stop a bulk action in the background", access: admins,
		text: "What was already changed stays.", response: []any{bulkJob{}}, codes: []string{"bulk_over"}},
	{method: "POST", path: "/api/teams/{team}/users/tags", tag: "Bulk actions", id: "bulkTag", summary: "Add and remove tags", access: admins,
		request: bulkTagForm{}, response: []any{bulkResult{}}, codes: []string{"required", "too_many", "too_long", "bad_text"}},

	{method: "POST", path: "/api/teams/{team}/invitations", tag: "Invitations", id: "invite", summary: "Invite users", access: admins,
		text: "Up to " + text.Number(invitations.MaxInvite) + " email addresses. They're processed in order until the seats run out, and each has its own result: one that is refused doesn't stop the others. A pending invitation with other roles is updated. " +
			"At most " + invitations.InviteLimit.Text("requests") + " per team. Only the Owner invites Admins, unless the team lets Admins manage Admins.",
		request: inviteForm{}, response: []any{inviteResults{}}, codes: []string{"required", "too_many", "bad_role", "too_long", "bad_text"}},
	{method: "POST", path: "/api/teams/{team}/invitations/preview", tag: "Invitations", id: "previewInvite", summary: "Preview invitations", access: admins,
		text:    "Takes the same request as inviting, returns what it would do now, and changes nothing.",
		request: inviteForm{}, response: []any{invitePreview{}}, codes: []string{"required", "too_many", "bad_role"}},
	{method: "GET", path: "/api/invitations", tag: "Invitations", id: "listInvitations", summary: "List invitations to you", access: anyAccount,
		text: "Pending invitations for your email address, newest first.", response: []any{list[receivedInvitation]{}}},
	{method: "POST", path: "/api/invitations/{id}/accept", tag: "Invitations", id: "acceptInvitation", summary: "Accept an invitation", access: anyAccount,
		text: "Your email address must be the invited one and confirmed.", response: []any{acceptedReply{}}, codes: invitationCodes("unverified")},
	{method: "POST", path: "/api/invitations/{id}/decline", tag: "Invitations", id: "declineInvitation", summary: "Decline an invitation", access: anyAccount,
		text: "Frees the reserved seats. It can be undone for " + text.Duration(invitations.UndoWindow) + ".", response: []any{statusReply{}}, codes: invitationCodes()},
	{method: "POST", path: "/api/invitations/{id}/undo-decline", tag: "Invitations", id: "undoDeclineInvitation", summary: "Undo declining an invitation", access: anyAccount,
		text:     "Makes an invitation that you declined less than " + text.Duration(invitations.UndoWindow) + " ago pending again, with its original expiry. Refused if the team has cleared or replaced it since, or no seat is free.",
		response: []any{statusReply{}}, codes: invitationCodes("invitation_replaced", "nothing_to_do", "already_member", "seats_full")},
	{method: "POST", path: "/api/invitations/accept", tag: "Invitations", id: "acceptByToken", summary: "Accept an invitation by its link", access: optionalToken,
		text: "The token is the last part of an invitation link. Signed in, the invitation is accepted for your account; its address must be the invited one. Without a token of an account, send name and password to create one. " +
			"A network that tries more than " + invitations.UnknownLinkLimit.Text("unknown tokens") + " has to wait.",
		request: tokenForm{}, response: []any{acceptedReply{}}, codes: invitationCodes("invitation_replaced", "invitation_unknown", "unverified", "weak_password")},
	{method: "POST", path: "/api/invitations/{id}/revoke", tag: "Invitations", id: "revokeInvitation", summary: "Revoke an invitation", access: admins,
		text: "The link stops working immediately and the reserved seats are free.", response: []any{statusReply{}}, codes: invitationCodes()},
	{method: "POST", path: "/api/invitations/{id}/resend", tag: "Invitations", id: "resendInvitation", summary: "Resend an invitation", access: admins,
		text:     "Sends an email with a new link, valid for " + text.Duration(invitations.Lifetime) + "; the previous one stops working. At most once a minute and " + text.Number(invitations.MaxResendsPerDay) + " times a day.",
		response: []any{statusReply{}}, codes: invitationCodes("too_many")},
	{method: "POST", path: "/api/invitations/{id}/correct", tag: "Invitations", id: "correctInvitation", summary: "Correct the address of an invitation", access: admins,
		text:    "Revokes the invitation and invites the other address with the same roles.",
		request: correctionForm{}, response: []any{inviteResult{}}, codes: invitationCodes("bad_email", "same_address", "already_member", "already_invited")},

	{method: "POST", path: "/api/teams/{team}/imports", tag: "Imports", id: "startImport", summary: "Start an import", access: admins,
		text: "Invites a list of up to " + text.Number(invitations.MaxImport) + " addresses in the background. Send either rows, or a CSV file of up to " + text.Bytes(addresslist.MaxBytes) + " as text. At most " + invitations.ImportLimit.Text("imports") + " and " + text.Number(invitations.MaxActiveImports) + " at a time per team. " +
			"Addresses that have nothing to change are unchanged, so a list can be sent again.",
		request: importForm{}, response: []any{startedImport{}}, codes: []string{"required", "too_many", "bad_file", "bad_role", "bad_type"}},
	{method: "GET", path: "/api/teams/{team}/imports", tag: "Imports", id: "listImports", summary: "List imports", access: admins,
		text: "The last 100, newest first.", response: []any{list[importInfo]{}}},
	{method: "GET", path: "/api/teams/{team}/imports/{id}", tag: "Imports", id: "getImport", summary: "Get an import", access: admins, response: []any{importInfo{}}},
	{method: "POST", path: "/api/teams/{team}/imports/{id}/stop", tag: "Imports", id: "stopImport", summary: "Stop an import", access: admins,
		text: "Invitations that were sent stay.", response: []any{importInfo{}}, codes: []string{"import_over"}},
	{method: "POST", path: "/api/teams/{team}/imports/{id}/revoke", tag: "Imports", id: "revokeImport", summary: "Revoke the invitations of an import", access: admins,
		text: "Revokes the invitations of the import that are still pending, in the background. Users who have joined stay. At most " + bulk.JobLimit.Text("bulk actions") + " in the background per team.", response: []any{bulkJob{}}, codes: []string{"required", "too_many"}},
	{method: "GET", path: "/api/teams/{team}/imports/{id}/report", tag: "Imports", id: "getImportReport", summary: "Download the report of an import", access: admins,
		text: "Every row with its result.", csv: true},

	{method: "GET", path: "/api/teams/{team}/rooms", tag: "Rooms", id: "listRooms", summary: "List rooms", access: fullMember,
		query: []queryParameter{{name: "archived", text: "true lists archived rooms instead.", values: "true false", initial: "false"}}, response: []any{list[room]{}}},
	{method: "GET", path: "/api/teams/{team}/rooms/{id}", tag: "Rooms", id: "getRoom", summary: "Get a room", access: fullMember,
		text: "With its current and coming bookings. ID and title of a session are only included for those who can see it.", response: []any{roomDetails{}}},
	{method: "POST", path: "/api/teams/{team}/rooms", tag: "Rooms", id: "createRoom", summary: "Create a room", access: admins,
		text:    "At most 200 active rooms per team. Settings that aren't sent have their defaults.",
		request: roomForm{}, response: []any{room{}}, codes: []string{"required", "taken", "bad_slug", "too_many", "too_long", "plan_limit", "bad_entry", "bad_recording", "bad_quality"}},
	{method: "PATCH", path: "/api/teams/{team}/rooms/{id}", tag: "Rooms", id: "updateRoom", summary: "Update a room", access: admins,
		text:    "Fields that aren't sent don't change.",
		request: roomForm{}, response: []any{room{}}, codes: []string{"required", "taken", "bad_slug", "too_long", "plan_limit", "bad_entry", "bad_recording", "bad_quality"}},
	{method: "POST", path: "/api/teams/{team}/rooms/{id}/archive", tag: "Rooms", id: "archiveRoom", summary: "Archive a room", access: admins,
		text: "Existing bookings stay; new ones are refused.", response: []any{room{}}, codes: []string{"room_archived"}},
	{method: "POST", path: "/api/teams/{team}/rooms/{id}/restore", tag: "Rooms", id: "restoreRoom", summary: "Restore an archived room", access: admins, response: []any{room{}}, codes: []string{"not_archived", "too_many"}},
	{method: "POST", path: "/api/teams/{team}/rooms/{id}/rotate", tag: "Rooms", id: "rotateRoomLink", summary: "Replace the link of a room", access: admins,
		text: "The previous link stops working immediately.", response: []any{room{}}},

	{method: "GET", path: "/api/teams/{team}/sessions", tag: "Sessions", id: "listSessions", summary: "List sessions", access: anyMember,
		text: "Sessions that you host or are invited to and that overlap the period, by start. The period is at most " + text.Number(maxListDays) + " days.",
		query: []queryParameter{
			{name: "from", text: "Start of the period; by default now.", format: "date-time"},
			{name: "to", text: "End of the period; by default " + text.Number(defaultListDays) + " days later.", format: "date-time"},
			{name: "all", text: "true lists every session of the team, for the Owner and Admins.", values: "true false", initial: "false"},
		}, response: []any{list[sessionInfo]{}}, codes: []string{"bad_time", "too_far"}},
	{method: "POST", path: "/api/teams/{team}/sessions", tag: "Sessions", id: "scheduleSession", summary: "Schedule a session", access: hosts,
		text:    "You become its host. Invitees get an email with a personal link. A rule makes a series of up to 200 sessions.",
		request: sessionForm{}, response: []any{sessionInfo{}},
		codes: []string{"required", "bad_time", "past", "too_far", "bad_length", "bad_timezone", "bad_rule", "no_room", "room_busy", "room_archived", "bad_setting", "bad_link", "bad_cohost", "bad_email", "too_many_people"}},
	{method: "GET", path: "/api/sessions/{id}", tag: "Sessions", id: "getSession", summary: "Get a session", access: anyMember,
		text:     "For those who can see the session. rule and elsewhere are only included for those who can change it; people is for its host, co-hosts, the Owner and Admins.",
		response: []any{sessionDetails{}}},
	{method: "PATCH", path: "/api/sessions/{id}", tag: "Sessions", id: "updateSession", summary: "Update a session or series", access: managers,
		text:    "Fields that aren't sent don't change. Lists replace the previous ones. Invitees are notified of what concerns them.",
		request: sessionChangeForm{}, response: []any{sessionDetails{}}, codes: []string{"bad_scope", "fixed", "no_host", "session_ended", "session_cancelled", "session_running", "room_busy", "bad_time", "past", "bad_rule", "bad_setting", "too_many_people"}},
	{method: "POST", path: "/api/sessions/{id}/cancel", tag: "Sessions", id: "cancelSession", summary: "Cancel a session or series", access: managers,
		text:    "Only sessions that haven't started. Invitees are notified, and links stop working. It can be undone for " + text.Duration(sessions.UndoWindow) + ".",
		request: scopeForm{}, response: []any{sessionDetails{}}, codes: []string{"bad_scope", "session_running", "session_ended", "session_cancelled"}},
	{method: "POST", path: "/api/sessions/{id}/undo-cancel", tag: "Sessions", id: "undoCancelSession", summary: "Undo cancelling a session or series", access: managers,
		text: "Schedules a session again that was cancelled less than " + text.Duration(sessions.UndoWindow) + " ago, with all sessions of its series that were cancelled with it and whose start hasn't passed. " +
			"Refused if a room is no longer free or a host can no longer host. Invitees keep their answers, and those who were notified of the cancellation get an email.",
		response: []any{sessionDetails{}}, codes: []string{"not_cancelled", "too_late", "room_busy", "room_archived", "cannot_host"}},
	{method: "POST", path: "/api/sessions/{id}/duplicate", tag: "Sessions", id: "duplicateSession", summary: "Duplicate a session", access: hosts,
		text:    "Schedules the same session for the same invitees at another time, with you as its host. Send starts, and whatever else is different.",
		request: sessionForm{}, response: []any{sessionInfo{}}, codes: []string{"bad_time", "past", "room_busy", "too_many_people"}},
	{method: "POST", path: "/api/sessions/{id}/answer", tag: "Sessions", id: "answerSession", summary: "Reply to a session's invitation", access: anyMember,
		text:    "For invitees of the session.",
		request: rsvpForm{}, response: []any{rsvpReply{}}, codes: []string{"bad_answer", "session_cancelled", "session_ended"}},
	{method: "POST", path: "/api/sessions/{id}/participants", tag: "Sessions", id: "inviteToSession", summary: "Invite more people to a session", access: managers,
		text:    "Also while it's running. Co-hosts can do this, too. Each new invitee gets an email; addresses that are already invited don't change. All are invited or none.",
		request: inviteesForm{}, response: []any{sessionDetails{}}, codes: []string{"bad_email", "already_asked", "out", "no_host", "too_many_people", "session_ended", "session_cancelled"}},
	{method: "POST", path: "/api/sessions/{id}/participants/{participant}/resend", tag: "Sessions", id: "resendSessionEmail", summary: "Resend a session's invitation", access: managers,
		text:     "Co-hosts can do this, too. At most once a minute and " + text.Number(sessions.MaxResendsPerDay) + " times a day per participant.",
		response: []any{sessionDetails{}}, codes: []string{"mail_off", "too_many", "session_ended", "session_cancelled"}},
	{method: "POST", path: "/api/sessions/{id}/participants/{participant}/link", tag: "Sessions", id: "createPersonalLink", summary: "Get a participant's personal link", access: managers,
		text:     "Co-hosts can do this, too. The link that was emailed keeps working.",
		response: []any{linkReply{}}, codes: []string{"session_ended", "session_cancelled"}},
	{method: "GET", path: "/api/teams/{team}/feed", tag: "Sessions", id: "getFeed", summary: "Get your calendar feed", access: anyMember,
		text: "The secret address of an iCalendar feed of your sessions in the team.", response: []any{feedReply{}}},
	{method: "POST", path: "/api/teams/{team}/feed", tag: "Sessions", id: "createFeed", summary: "Create or replace your calendar feed", access: anyMember,
		text: "The previous address stops working immediately.", response: []any{feedReply{}}},

	{method: "POST", path: "/api/sessions/{id}/start", tag: "Live", id: "startSession", summary: "Start a session", access: leaders,
		text:     "From " + text.Duration(sessions.StartWindow) + " before its time. Uses a licence until it ends. Starting a running session changes nothing.",
		response: []any{runInfo{}}, codes: []string{"not_started", "licences_full", "media_unavailable", "room_busy", "session_ended", "session_cancelled"}},
	{method: "POST", path: "/api/sessions/{id}/end", tag: "Live", id: "endSession", summary: "End a session", access: leaders,
		text: "The Owner and Admins can end any session. Everyone in it is disconnected, and the licence is free. Ending an ended session changes nothing.", response: []any{runInfo{}}, codes: []string{"not_started", "session_ended"}},
	{method: "POST", path: "/api/sessions/{id}/extend", tag: "Live", id: "extendSession", summary: "Extend a running session", access: leaders,
		text:    "As far as plan and room allow.",
		request: extensionForm{}, response: []any{runInfo{}}, codes: []string{"bad_length", "room_busy", "plan_limit", "not_started", "session_ended"}},
	{method: "GET", path: "/api/teams/{team}/active", tag: "Live", id: "listActiveSessions", summary: "List running sessions", access: anyMember,
		text: "The Owner and Admins see all running sessions of the team, others those that they host or co-host.", response: []any{[]activeSession{}}},
	{method: "POST", path: "/api/sessions/{id}/message", tag: "Live", id: "sendMessage", summary: "Send a message to a running session", access: leaders,
		text:    "Everyone in the session sees it. The Owner and Admins can do this, too. At most 5 a minute per session.",
		request: messageForm{}, response: []any{messageReply{}}, codes: []string{active.CodeRequired, active.CodeExternal, "too_long", "bad_text", "too_many", "not_started", "session_ended", "session_cancelled", "media_unavailable"}},
	{method: "POST", path: "/api/sessions/{id}/events", tag: "Live", id: "reportEvents", summary: "Report what happened in an external session", access: leaders,
		text: "For sessions held in another tool. The Owner and Admins can do this, too. At most " + text.Number(attendances.MaxEvents) + " events in any order; each ID counts once, so a batch can be sent again. All events of a batch are recorded, or none. " +
			"Times are at most " + text.Duration(attendances.MaxBehind) + " past and " + text.Duration(attendances.MaxAhead) + " ahead of the server's clock.",
		request: eventsForm{}, response: []any{eventsReply{}}, codes: []string{"not_elsewhere", "bad_event", "bad_time", "too_many"}},
	{method: "POST", path: "/api/s/{code}/join", tag: "Live", id: "joinSession", summary: "Join a session", access: optionalToken,
		text: "Returns the address and token for LiveKit, or the link of a session held in another tool. 202 means that a host has to admit you: send the request again. Before the start the code is not_started: you're on the list, send it again later. " +
			"With a personal code and a name no account is needed, where the session allows it.",
		request: joinForm{}, response: []any{live.Credentials{}, joinOutcome{}}, accepted: []any{joinOutcome{}},
		codes: []string{sessions.CodeNotStarted, "too_many", "blocked", "session_ended", "session_cancelled", "media_unavailable", "required"}},
	{method: "POST", path: "/api/s/{code}/decline", tag: "Live", id: "declineSession", summary: "Decline a session as a guest", access: optionalToken,
		text: "The invitation can be accepted later by joining.", response: []any{statusReply{}}, codes: []string{"blocked", "session_ended", "session_cancelled"}},

	{method: "GET", path: "/api/teams/{team}/usage", tag: "Usage", id: "getUsage", summary: "Get the usage of a month", access: admins,
		text: "Scheduled values are those of the schedule when the session started or its time passed. A session counts in the month in which it started; one that never started, in the month for which it was planned, both in the team's time zone. " +
			"Sessions to come are part of the totals but have no row, and neither do those that were cancelled before their start. Costs are given where the plan has a rate.",
		query: usageFilters, response: []any{usageReport{}}, codes: []string{"bad_month"}},
	{method: "GET", path: "/api/teams/{team}/usage.csv", tag: "Usage", id: "exportUsage", summary: "Export the usage of a month as CSV", access: admins,
		text: "Takes the same parameters. Times are in the team's time zone.", query: usageFilters, csv: true, codes: []string{"bad_month"}},

	{method: "GET", path: "/api/teams/{team}/recordings", tag: "Recordings", id: "listRecordings", summary: "List recordings", access: anyMember,
		text: "Those that you hosted or that are shared with you, newest first.",
		query: []queryParameter{
			{name: "q", text: "Words of the title, host or room."},
			{name: "room", text: "ID of a room."},
			{name: "host", text: "ID of the host's account."},
			{name: "trash", text: "true lists what is in the trash and you manage instead.", values: "true false", initial: "false"},
			{name: "all", text: "true lists all of the team. Only for the Owner and Admins.", values: "true false", initial: "false"},
			{name: "page", text: "Page, from 1.", number: true, initial: 1},
			{name: "perPage", text: "Recordings per page, 1 to 200.", number: true, initial: 50},
		}, response: []any{recordingPage{}}, codes: []string{"bad_type", "not_allowed"}},
	{method: "GET", path: "/api/teams/{team}/recordings/{id}", tag: "Recordings", id: "getRecording", summary: "Get a recording", access: anyMember, response: []any{recordingInfo{}}},
	{method: "POST", path: "/api/teams/{team}/recordings/{id}/rename", tag: "Recordings", id: "renameRecording", summary: "Rename a recording", access: anyMember,
		text: "For the hosts of its session, the Owner and Admins.", request: titleForm{}, response: []any{recordingInfo{}}, codes: []string{"required", "too_long", "in_trash", "not_allowed"}},
	{method: "POST", path: "/api/teams/{team}/recordings/{id}/share", tag: "Recordings", id: "shareRecording", summary: "Share a recording with the participants", access: anyMember,
		text: "For the hosts of its session, the Owner and Admins. Participants with an account can then see and download it.", response: []any{recordingInfo{}}, codes: []string{"in_trash", "not_allowed"}},
	{method: "POST", path: "/api/teams/{team}/recordings/{id}/unshare", tag: "Recordings", id: "unshareRecording", summary: "Stop sharing a recording", access: anyMember,
		text: "For the hosts of its session, the Owner and Admins.", response: []any{recordingInfo{}}, codes: []string{"in_trash", "not_allowed"}},
	{method: "POST", path: "/api/teams/{team}/recordings/{id}/trash", tag: "Recordings", id: "trashRecording", summary: "Move a recording to the trash", access: anyMember,
		text: "For the hosts of its session, the Owner and Admins. It's deleted after " + text.Duration(recordings.TrashPeriod) + " and uses storage until then.", response: []any{recordingInfo{}}, codes: []string{"recording", "not_allowed"}},
	{method: "POST", path: "/api/teams/{team}/recordings/{id}/restore", tag: "Recordings", id: "restoreRecording", summary: "Restore a recording from the trash", access: anyMember,
		text: "For the hosts of its session, the Owner and Admins.", response: []any{recordingInfo{}}, codes: []string{"not_allowed"}},
	{method: "POST", path: "/api/teams/{team}/recordings/{id}/delete", tag: "Recordings", id: "deleteRecording", summary: "Delete a recording forever", access: anyMember,
		text: "For the hosts of its session, the Owner and Admins. It must be in the trash.", response: []any{statusReply{}}, codes: []string{"not_in_trash", "not_allowed"}},
	{method: "POST", path: "/api/sessions/{id}/recording/start", tag: "Recordings", id: "startRecording", summary: "Start recording a session", access: leaders,
		text: "Everyone in the session sees that it's recorded.", response: []any{recordingInfo{}},
		codes: []string{"recording_off", "already_recorded", "recordings_full", "storage_full", "disk_full", "media_unavailable", "not_started", "session_ended", "session_cancelled"}},
	{method: "POST", path: "/api/sessions/{id}/recording/stop", tag: "Recordings", id: "stopRecording", summary: "Stop recording a session", access: leaders,
		text: "The session continues. A session that is always recorded can't be stopped.", response: []any{recordingInfo{}}, codes: []string{"not_recorded", "always_recorded"}},

	{method: "GET", path: "/api/teams/{team}/audit", tag: "Audit log", id: "listAudit", summary: "List audit log entries", access: admins,
		text: "Newest first. To get the next page, send next as before.",
		query: append(auditFilters[:len(auditFilters):len(auditFilters)],
			queryParameter{name: "before", text: "Entries with a lower number than this.", number: true},
			queryParameter{name: "perPage", text: "Entries per page, 1 to 500.", number: true, initial: 50}), response: []any{auditPage{}}, codes: []string{"bad_date", "bad_type"}},
	{method: "GET", path: "/api/teams/{team}/audit.csv", tag: "Audit log", id: "exportAudit", summary: "Export the audit log as CSV", access: admins,
		text: "Takes the filters of the list and exports all entries. Times are in the caller's time zone.", query: auditFilters, csv: true, codes: []string{"bad_date"}},
	{method: "GET", path: "/api/teams/{team}/audit/verify", tag: "Audit log", id: "verifyAudit", summary: "Verify the audit log", access: admins,
		text: "Recalculates the hash chain and reports the first entry that was changed, or that is missing. At most " + audit.VerifyLimit.Text("times") + ".", response: []any{auditCheck{}}},

	{method: "POST", path: "/hooks/resend", tag: "Webhooks", id: "receiveResend", summary: "Receive a delivery report from Resend", signed: true,
		text: "Signed with RESEND_WEBHOOK_SECRET.", response: []any{receivedReply{}}, codes: []string{"bad_signature", "bad_report"}},
	{method: "POST", path: "/hooks/livekit", tag: "Webhooks", id: "receiveLiveKit", summary: "Receive an event from LiveKit", signed: true,
		text: "Only for a LiveKit server of your own. Signed with the API key.", response: []any{receivedReply{}}, codes: []string{"bad_signature"}},

	{method: "GET", path: "/api/openapi.json", tag: "API", id: "getOpenAPI", summary: "Get this description", text: "OpenAPI 3.1, with an ETag.", response: []any{map[string]any(nil)}},
}

// invitationCodes are the codes of an invitation that is no longer pending, and others.
func invitationCodes(others ...string) []string {
	return append(others, "invitation_accepted", "invitation_declined", "invitation_revoked", "invitation_expired")
}
