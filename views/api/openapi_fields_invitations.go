package api

import (
	"usher/hooks/accounts"
	"usher/hooks/addresslist"
	"usher/hooks/invitations"
)

// invitationDocs describe the fields of invitations and imports.
var invitationDocs = map[string]fieldDoc{
	"inviteForm.emails":           {text: "Email addresses, also with a name: Lucía Pérez <lucia@example.org>.", max: invitations.MaxInvite, required: true},
	"inviteForm.roles":            {text: "Roles to offer. Empty for a member without roles.", values: givenRoles},
	"note":                        {text: "A message to the invitees, shown in the email."},
	"inviteResult.email":          {text: "The address as it was sent."},
	"inviteResult.status":         {text: "What happened.", values: "invited updated refused duplicate unchanged"},
	"inviteResult.id":             {text: "ID of the invitation."},
	"invitePreview.emails":        {text: "How many emails would be sent."},
	"correctionForm.email":        {text: "The address to invite instead.", format: "email", required: true},
	"receivedInvitation.roles":    {text: "Offered roles.", values: givenRoles},
	"acceptedReply.roles":         {text: "Roles that the account has in the team now.", values: teamRoles},
	"acceptedReply.auth":          {text: "A sign-in, if the account is new."},
	"tokenForm.token":             {text: "The token of the invitation link.", required: true},
	"tokenForm.name":              {text: "Name of the new account.", max: accounts.MaxName},
	"tokenForm.password":          {text: "Password of the new account: at least 12 characters, at most 71 bytes, and not a common one.", max: accounts.MaxPassword},
	"importForm.rows":             {text: "The list. Leave it out if you send csv.", max: addresslist.MaxEntries},
	"importForm.csv":              {text: "A CSV file as text, up to 2 MB. Columns are recognized by their headings and content. A column of roles, such as \"Admin, Organizer\" or \"Member\", replaces roles for its rows; a column of tags, separated by commas or semicolons, tags the invitees.", max: addresslist.MaxBytes},
	"importForm.roles":            {text: "Roles to offer.", values: givenRoles},
	"bulkJob.status":              {text: "Status of the action.", values: "waiting running done stopped"},
	"bulkJob.reason":              {text: "Why the action was stopped."},
	"bulkJob.total":               {text: "Users of the action."},
	"bulkJob.done":                {text: "Users that were processed."},
	"bulkJob.skipped":             {text: "Processed users that couldn't be changed."},
	"bulkJob.started":             {text: "When processing started, RFC 3339.", format: "date-time"},
	"bulkJob.finished":            {text: "When the action ended, RFC 3339.", format: "date-time"},
	"bulkJob.result":              {text: "The result, once the action has ended."},
	"importInfo.status":           {text: "Status of the import.", values: "waiting running done stopped"},
	"importInfo.reason":           {text: "Why the import was stopped."},
	"importInfo.roles":            {text: "Offered roles.", values: givenRoles},
	"importInfo.total":            {text: "Rows of the list."},
	"importInfo.done":             {text: "Rows that were processed."},
	"importInfo.invited":          {text: "Addresses that were invited."},
	"importInfo.updated":          {text: "Pending invitations that were updated."},
	"importInfo.unchanged":        {text: "Addresses with nothing to change."},
	"importInfo.refused":          {text: "Rows that were refused. The report has the reasons."},
	"importInfo.started":          {text: "When processing started, RFC 3339.", format: "date-time"},
	"importInfo.finished":         {text: "When the import ended, RFC 3339.", format: "date-time"},
	"startedImport.read":          {text: "How the CSV file was read."},
	"importReading.addressColumn": {text: "Heading of the column with the addresses."},
	"importReading.nameColumns":   {text: "Headings of the columns with names."},
	"importReading.unusedColumns": {text: "Headings of columns that weren't used."},
	"withoutAddress":              {text: "Rows without an address."},
	"duplicates":                  {text: "Addresses that were listed before."},
	"notes":                       {text: "The same in sentences."},
}
