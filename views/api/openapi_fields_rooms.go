package api

import (
	"usher/hooks/recordings"
	"usher/hooks/rooms"
)

// roomDocs describe the fields of rooms and recordings.
var roomDocs = map[string]fieldDoc{
	// Rooms.
	"room.url":             {text: "The room's link."},
	"room.archived":        {text: "When the room was archived, RFC 3339. Empty for an active room."},
	"roomDetails.bookings": {text: "Current and coming bookings, by start."},
	"entry":                {text: "Who can enter sessions in the room: invited only, everyone in the team, or anyone with the link.", values: "invited team anyone"},
	"lobby":                {text: "Whether guests wait until a host admits them."},
	"early":                {text: "Whether participants can join before the host."},
	"muted":                {text: "Whether participants join muted."},
	"recording":            {text: "When sessions are recorded.", values: recordingModes},
	"people":               {text: "Most participants; 0 for as many as the plan allows."},
	"quality":              {text: "Highest video quality.", values: qualities},
	"booking.id":           {text: "ID of the session. Only for those who can see it."},
	"booking.title":        {text: "Title of the session. Only for those who can see it."},
	"booking.host":         {text: "Name of the host."},
	"booking.ends":         {text: "End, RFC 3339.", format: "date-time"},
	"roomForm.name":        {text: "Name of the room, unique in the team. Required to create a room.", max: rooms.MaxName},
	"roomForm.slug":        {text: "The room's name in its link, unique on the server. By default made of the name.", max: rooms.MaxSlug},
	"roomForm.description": {text: "What the room is for.", max: rooms.MaxDescription},

	// Recordings.
	"recordingInfo.session":    {text: "ID of the session. Empty if it was deleted."},
	"recordingInfo.title":      {text: "Title; at first that of the session."},
	"recordingInfo.host":       {text: "Host of the session."},
	"recordingInfo.room":       {text: "ID of the room. Empty if there is none."},
	"recordingInfo.status":     {text: "Status of the recording.", values: "recording processing ready failed"},
	"recordingInfo.stopReason": {text: "Why the recording stopped. Empty before.", values: "host session_ended storage_full disk_full restart media", empty: true},
	"recordingInfo.started":    {text: "When it started, RFC 3339.", format: "date-time"},
	"recordingInfo.ended":      {text: "When it stopped, RFC 3339. Empty before."},
	"recordingInfo.seconds":    {text: "Length in seconds; 0 until it's ready."},
	"recordingInfo.bytes":      {text: "Size of all files in bytes."},
	"recordingInfo.shared":     {text: "Whether the participants can see it."},
	"recordingInfo.trashed":    {text: "When it was moved to the trash, RFC 3339. Empty if it isn't there."},
	"recordingPage.perPage":    {text: "Recordings per page."},
	"recordingPage.total":      {text: "Recordings on all pages."},
	"retentionForm.days":       {text: "Days for which recordings are kept. 0: until someone deletes them.", max: recordings.MaxRetention},
	"titleForm.title":          {text: "New title.", max: recordings.MaxTitle},
}
