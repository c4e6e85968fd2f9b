package api

import (
	"maps"
	"slices"

	"usher/hooks/audit"
)

const responsePrefix = "#/components/responses/"

// requestCodes are the codes of requests that this package refuses itself, with what each means. Those of the actions are
// audit.ReasonTexts.
var requestCodes = map[string]string{
	codeBadJSON:        "The body isn't one valid JSON object.",
	codeBadType:        "A field or parameter has a value of the wrong type.",
	codeUnknownField:   "The request has no such field.",
	codeDuplicateField: "A field was sent twice.",
	"bad_action":       "There is no such action.",
	"bad_scope":        "The scope is neither this nor series.",
}

// errorCodes are all codes that a refusal can have, sorted, with what each means.
func errorCodes() []property {
	texts := audit.ReasonTexts()
	maps.Copy(texts, requestCodes)
	all := make([]property, 0, len(texts))
	for _, code := range slices.Sorted(maps.Keys(texts)) {
		all = append(all, property{code, &schema{Const: code, Description: texts[code]}})
	}
	return all
}

func errorSchemas() properties {
	code := &schema{Type: "string", Description: "Stable: texts may change, codes don't. New codes may be added."}
	for _, known := range errorCodes() {
		code.AnyOf = append(code.AnyOf, known.Schema)
	}
	code.AnyOf = append(code.AnyOf, &schema{Description: "A code added later.", Pattern: "^[a-z_]+$"})
	return properties{
		{"Error", &schema{Type: "object", Required: []string{"status", "message", "data"}, Description: "A refusal, in PocketBase's format.",
			Properties: properties{
				{"status", &schema{Type: "integer", Description: "The HTTP status."}},
				{"message", &schema{Type: "string", Description: "What happened and what to do next, in plain English."}},
				{"data", &schema{Type: "object", Description: "The reasons by field. Nested fields are joined with a dot, as in settings.fps; base isn't about one field. Empty for 401 and 404.",
					AdditionalFields: &schema{Ref: schemaPrefix + "FieldError"}}},
			}}},
		{"FieldError", &schema{Type: "object", Required: []string{"code", "message"}, Properties: properties{
			{"code", &schema{Ref: schemaPrefix + "ErrorCode"}},
			{"message", &schema{Type: "string", Description: "What to change about this field."}},
		}}},
		{"ErrorCode", code},
	}
}

func errorResponse(description string) responseOf {
	return responseOf{Description: description, Content: map[string]media{jsonType: {&schema{Ref: schemaPrefix + "Error"}}}}
}

func errorResponses() map[string]responseOf {
	limited := errorResponse("Too many requests. The code is too_many.")
	limited.Headers = map[string]headerRef{"Retry-After": {"Seconds until the same request may succeed.", &schema{Type: "integer"}}}
	failed := errorResponse("Any other error. A fault of the server (500) has a reference that the server's log contains.")
	failed.Headers = map[string]headerRef{"X-Request-Id": {"The reference of a fault of the server.", &schema{Type: "string"}}}
	return map[string]responseOf{
		"Unauthorized":    errorResponse("The token is missing, invalid or expired, or doesn't belong to an account of the collection users."),
		"Forbidden":       errorResponse("The account isn't allowed to do this. The code is not_allowed or wrong_account."),
		"NotFound":        errorResponse("It doesn't exist, or the account isn't a member of its team. Both look the same."),
		"ContentTooLarge": errorResponse("The request body is too large."),
		"TooManyRequests": limited,
		"ServerError":     failed,
	}
}

// addErrors adds the refusals that the operation can answer with.
func (op operation) addErrors(to map[string]responseOf) {
	to["400"] = errorResponse(op.refusals())
	if op.access != public && !op.signed {
		to["401"] = responseOf{Ref: responsePrefix + "Unauthorized"}
		to["403"] = responseOf{Ref: responsePrefix + "Forbidden"}
	}
	if pathParameter.MatchString(op.path) {
		to["404"] = responseOf{Ref: responsePrefix + "NotFound"}
	}
	if op.request != nil || op.signed {
		to["413"] = responseOf{Ref: responsePrefix + "ContentTooLarge"}
	}
	to["429"] = responseOf{Ref: responsePrefix + "TooManyRequests"}
}
