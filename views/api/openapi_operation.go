package api

import (
	"net/http"
	"strings"
)

// operation is one route as the document describes it. Its row is in operations.
type operation struct {
	method, path, tag string

	id      string // unique, for generated clients
	summary string // what it does, as an instruction
	text    string // limits, units and effects, in sentences
	access  access
	result  string // what a success returns, in a sentence; by default "Done."

	query    []queryParameter
	request  any   // a value of the type of the body; nil: it takes none
	response []any // values of the types of the body of a success
	accepted []any // the same for 202
	codes    []string

	csv    bool // a success is a CSV file
	signed bool // called by a provider with its signature
}

// access says who may call an operation.
type access int

const (
	public access = iota
	optionalToken
	anyAccount
	anyMember  // of the team, guests included
	fullMember // not guests
	hosts
	leaders // of the session
	managers
	admins
	owner
)

var accessTexts = map[access]string{
	public:        "No token is needed.",
	optionalToken: "A token is optional.",
	anyAccount:    "For every signed-in account.",
	anyMember:     "For members and guests of the team.",
	fullMember:    "For members of the team, not for guests.",
	hosts:         "For users who can host: Organizers, and every member where the team allows it.",
	leaders:       "For the host and co-hosts of the session.",
	managers:      "For the host of the session, the Owner and Admins.",
	admins:        "For the Owner and Admins.",
	owner:         "For the Owner.",
}

// security is the document's for an operation that doesn't require a token; nil if it does.
func (op operation) security() []map[string]any {
	switch op.access {
	case public:
		return []map[string]any{}
	case optionalToken:
		return []map[string]any{{}, {"token": []string{}}}
	}
	return nil
}

func (op operation) fullDescription() string {
	text := accessTexts[op.access]
	if op.signed {
		text = "Signed by the provider, without a token."
	}
	return strings.TrimSpace(op.text + " " + text)
}

func (op operation) success() string {
	if op.result != "" {
		return op.result
	}
	return "Done."
}

func (op operation) responses() map[int][]any {
	all := map[int][]any{http.StatusOK: op.response}
	if op.accepted != nil {
		all[http.StatusAccepted] = op.accepted
	}
	return all
}

// refusals describes status 400 with the codes that are particular to the operation.
func (op operation) refusals() string {
	if len(op.codes) == 0 {
		return "The request was refused; data has the code."
	}
	return "The request was refused; data has the code. Particular to this operation: " + strings.Join(op.codes, ", ") + "."
}

// signedType is the media type of what a provider sends.
func (op operation) signedType() string {
	if strings.HasSuffix(op.path, "/livekit") {
		return "application/webhook+json"
	}
	return jsonType
}

// pathTexts describe the parameters of paths, by name or by the part of the path before them.
var pathTexts = map[string]string{
	"team":              "ID or slug of the team.",
	"user":              "ID of the user's account.",
	"code":              "Code of the session, or a personal code from an invitation.",
	"participant":       "ID of the participant.",
	"/users/{id}":       "ID of the user's account; for invitees without one, ID of the invitation.",
	"/invitations/{id}": "ID of the invitation.",
	"/imports/{id}":     "ID of the import.",
	"/test-email/{id}":  "ID of the test email.",
	"/rooms/{id}":       "ID of the room.",
	"/sessions/{id}":    "ID of the session.",
	"/devices/{id}":     "ID of the device.",
}

func (op operation) pathText(name string) string {
	if text, ok := pathTexts[name]; ok {
		return text
	}
	before, _, _ := strings.Cut(op.path, "/{"+name+"}")
	return pathTexts[before[strings.LastIndexByte(before, '/'):]+"/{"+name+"}"]
}

// queryParameter is a parameter of the query. values are all it can be, separated by spaces; number makes it an integer.
type queryParameter struct {
	name, text, values, format string
	number                     bool
	initial                    any
	maximum                    int
}

func (p queryParameter) parameter() parameter {
	of := &schema{Type: "string", Format: p.format, Enum: strings.Fields(p.values), Default: p.initial}
	if p.number {
		of.Type = "integer"
		if p.maximum > 0 {
			of.Maximum = &p.maximum
		}
	}
	return parameter{Name: p.name, In: "query", Description: p.text, Schema: of}
}
