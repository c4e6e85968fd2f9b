package api

import (
	"usher/hooks/chat"
	"usher/hooks/teams"
	"usher/hooks/tools/text"
)

// teamDocs describe the fields of teams.
var teamDocs = map[string]fieldDoc{
	"teamMembership.people":    {text: "How many members and guests the team has."},
	"teamRef.name":             {text: "Name of the team."},
	"newTeamForm.name":         {text: "Name of the team.", max: teams.MaxName, required: true},
	"teamDeletionForm.name":    {text: "Name of the team, exactly, to confirm.", required: true},
	"gettingStarted.steps":     {text: "Steps in order."},
	"gettingStarted.hidden":    {text: "Whether the caller has hidden the list."},
	"startStep.key":            {text: "The step.", values: "profile invite room licences plan"},
	"startStep.done":           {text: "Whether it's done."},
	"ownership.owner":          {text: "ID of the Owner's account."},
	"ownership.offer":          {text: "The pending offer; null without one."},
	"ownershipOffer.status":    {text: "State of the offer.", values: "pending accepted declined withdrawn expired lapsed"},
	"ownershipOffer.user":      {text: "ID of the Admin's account."},
	"ownershipOffer.name":      {text: "Name of the Admin."},
	"ownershipOffer.expires":   {text: "Until when it can be accepted."},
	"ownershipForm.user":       {text: "ID of the account of an Admin.", required: true},
	"ownershipForm.password":   {text: "The Owner's password.", required: true},
	"deletedTeamReply.deleted": {text: "ID of the deleted team."},
	"team.timezone":            {text: "IANA time zone. Empty for UTC."},
	"team.logo":                {text: "URL of the logo. Empty without one."},
	"admins_manage_admins":     {text: "Whether Admins invite, change and remove Admins. Otherwise only the Owner does."},
	"require_two_factors":      {text: "Whether the Owner and Admins must have two-factor authentication for the Admin Panel and the team's API."},
	"keep_chats":               {text: "Whether the chats of sessions are kept. Otherwise they are deleted " + text.Duration(chat.DownloadPeriod) + " after the end of their session."},
	"open_links":               {text: "Whether hosts can open sessions to everyone who has the link. Turning it off closes all of them."},
	"members_host":             {text: "Whether every member can host. Otherwise only Organizers can. Depends on the plan."},
	"team.roles":               {text: "The caller's roles.", values: teamRoles},
	"team.kind":                {text: "What the caller is.", values: "member guest"},
	"team.email":               {text: "How the server sends email. For the Owner and Admins."},
	"team.plan":                {text: "The plan. For the Owner and Admins."},
	"teamForm.name":            {text: "Name of the team.", max: teams.MaxName},
	"teamForm.slug":            {text: "Name in links, unique on the server. The previous one keeps working.", max: teams.MaxSlug},
	"teamForm.description":     {text: "Description, shown on invitations.", max: teams.MaxDescription},
	"teamForm.logo":            {text: "PNG, JPEG or WebP in base64, up to 1 MB and 2048 × 2048 pixels. Empty removes the logo."},
	"emailState.on":            {text: "Whether the server sends email."},
	"emailState.transport":     {text: "How it sends.", values: "resend smtp console"},
	"emailState.problem":       {text: "Why emails are waiting."},
	"planInfo.key":             {text: "Key of the plan.", example: "free"},
	"planInfo.name":            {text: "Name of the plan."},
	"planInfo.session_minutes": {text: "Longest session, in minutes; -1 for no limit."},
	"planInfo.session_people":  {text: "Most participants of a session; -1 for no limit."},
	"testEmail.to":             {text: "The caller's email address."},
	"delivery.status":          {text: "Status of the email.", values: deliveries},
	"delivery.at":              {text: "Since when, RFC 3339. Empty if it isn't known."},
}
