package api

import (
	"usher/hooks/accounts"
	"usher/hooks/teams"
)

// accountDocs describe the fields of accounts.
var accountDocs = map[string]fieldDoc{
	"password":               {text: "The account's password.", required: true},
	"signUpForm.email":       {text: "Email address.", format: "email", required: true},
	"signUpForm.name":        {text: "Name of the user.", max: accounts.MaxName, required: true},
	"signUpForm.password":    {text: "At least 12 characters, at most 71 bytes, and not a common one.", max: accounts.MaxPassword, required: true},
	"signUpForm.team":        {text: "Name of the team to create with the server's first account.", max: teams.MaxName},
	"signUpForm.code":        {text: "Code that the server printed at its first start. Only for the first account."},
	"passwordForm.current":   {text: "The current password.", required: true},
	"passwordForm.password":  {text: "The new password: at least 12 characters, at most 71 bytes, and not a common one.", max: accounts.MaxPassword, required: true},
	"newAddressForm.email":   {text: "The new email address.", format: "email", required: true},
	"addressTokenForm.token": {text: "The token of the confirmation link.", required: true},
	"pictureForm.picture":    {text: "PNG, JPEG or WebP in base64.", required: true},
	"pictureReply.picture":   {text: "Path of the picture. Empty without one."},
	"device.device":          {text: "Browser and system.", example: "Firefox on Linux"},
	"device.address":         {text: "IP address at the last use."},
	"device.created":         {text: "When the sign-in was, RFC 3339.", format: "date-time"},
	"device.seen":            {text: "Last use, to within minutes, RFC 3339.", format: "date-time"},
	"auth.record":            {text: "The account."},
	"verified":               {text: "Whether the email address is confirmed."},
	"firstAccount.auth":      {text: "A sign-in for the account."},
	"statusReply.id":         {text: "ID of what changed."},
	"statusReply.status":     {text: "Its new status.", values: invitationStates + " ended deleted"},
}
