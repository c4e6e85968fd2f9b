package api

import (
	"usher/hooks/accounts"
	"usher/hooks/active"
	"usher/hooks/runs"
)

// liveDocs describe the fields of running sessions.
var liveDocs = map[string]fieldDoc{
	"activeSession.id":        {text: "ID of the session."},
	"activeSession.room":      {text: "ID of its room. Empty if it has none."},
	"activeSession.roomName":  {text: "Name of its room. Empty if it has none."},
	"activeSession.host":      {text: "The host."},
	"activeSession.started":   {text: "When it started, RFC 3339.", format: "date-time"},
	"activeSession.ends":      {text: "Scheduled end, including extensions, RFC 3339.", format: "date-time"},
	"activeSession.people":    {text: "Participants in it now."},
	"activeSession.over":      {text: "Whether it runs beyond its scheduled end."},
	"activeSession.recording": {text: "Whether it is being recorded."},
	"activeSession.quality":   {text: "The worst connection of its participants, as their pages report it. Empty if unknown, as for external sessions."},
	"activeSession.external":  {text: "Whether it is held in another tool."},
	"messageForm.text":        {text: "The message.", max: active.MaxMessage, required: true},
	"messageReply.id":         {text: "ID of the session."},
	"runInfo.id":              {text: "ID of the session."},
	"runInfo.status":          {text: "Status of the session.", values: "scheduled running ended cancelled"},
	"runInfo.started":         {text: "When it started, RFC 3339.", format: "date-time"},
	"runInfo.ended":           {text: "When it ended, RFC 3339."},
	"meetForm.room":           {text: "ID of a room of the team. Empty for none."},
	"extensionForm.minutes":   {text: "By how many minutes.", minimum: least(0), max: 120, initial: runs.DefaultExtension},
	"eventsForm.events":       {text: "The events.", max: 1000, required: true},
	"runEvent.id":             {text: "Your ID of the event, the same whenever it's sent.", max: 100, required: true},
	"runEvent.type":           {text: "What happened.", values: "started joined left ended", required: true},
	"runEvent.at":             {text: "When it happened, RFC 3339.", format: "date-time", required: true},
	"runEvent.person":         {text: "Who joined or left: an invitee's email address, or a name.", max: 254},
	"runEvent.settings":       {text: "Video and audio as they really were."},
	"Settings.resolution":     {text: "Video resolution.", max: 20, example: "720p"},
	"Settings.fps":            {text: "Frames per second.", minimum: least(0), max: 1000},
	"Settings.codec":          {text: "Video codec.", max: 20},
	"Settings.audio":          {text: "Audio quality.", max: 20},
	"counted":                 {text: "How many events were new."},
	"joinForm.name":           {text: "Name of a guest without an account.", max: accounts.MaxName},
	"Credentials.url":         {text: "Address of the LiveKit server."},
	"Credentials.token":       {text: "Access token for LiveKit."},
	"joinOutcome.waiting":     {text: "True while a host has to admit you."},
	"joinOutcome.url":         {text: "Link of a session held in another tool."},
}
