package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/settings"
)

// document is the description of the API in OpenAPI 3.1, made from the types that handlers decode and encode.
type document struct {
	OpenAPI    string           `json:"openapi"`
	Info       info             `json:"info"`
	Servers    []server         `json:"servers"`
	Security   []map[string]any `json:"security"`
	Tags       []tagInfo        `json:"tags"`
	Paths      paths            `json:"paths"`
	Components components       `json:"components"`
}

type info struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

type server struct {
	URL string `json:"url"`
}

type tagInfo struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// paths are the operations by path, in the order of the table.
type paths []operationInfo

func (p paths) MarshalJSON() ([]byte, error) {
	var all []pair
	at := map[string]int{}
	for n, op := range p {
		i, known := at[op.path]
		if !known {
			i = len(all)
			at[op.path] = i
			all = append(all, pair{op.path, map[string]*operationInfo{}})
		}
		all[i].value.(map[string]*operationInfo)[strings.ToLower(op.method)] = &p[n]
	}
	return marshalPairs(all)
}

type operationInfo struct {
	method, path string
	access       string   // in a few words
	codes        []string // of refusals, most likely first

	Tags        []string              `json:"tags"`
	ID          string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description"`
	Security    *[]map[string]any     `json:"security,omitempty"`
	Parameters  []parameter           `json:"parameters,omitempty"`
	Body        *body                 `json:"requestBody,omitempty"`
	Responses   map[string]responseOf `json:"responses"`
}

type parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description"`
	Required    bool    `json:"required,omitempty"`
	Schema      *schema `json:"schema"`
}

type body struct {
	Required bool             `json:"required,omitempty"`
	Content  map[string]media `json:"content"`
}

type media struct {
	Schema *schema `json:"schema"`
}

type responseOf struct {
	Ref         string               `json:"$ref,omitempty"`
	Description string               `json:"description,omitempty"`
	Headers     map[string]headerRef `json:"headers,omitempty"`
	Content     map[string]media     `json:"content,omitempty"`
}

type headerRef struct {
	Description string  `json:"description"`
	Schema      *schema `json:"schema"`
}

type components struct {
	Schemas   properties            `json:"schemas"`
	Responses map[string]responseOf `json:"responses"`
	Security  map[string]any        `json:"securitySchemes"`
}

// documentVersion is the version of the API. It grows when a request or a response changes.
const documentVersion = "1.0.0"

// newDocument describes the API of the server at that address.
func newDocument(url string) (*document, *schemas) {
	made := &schemas{used: map[string]bool{}}
	doc := &document{
		OpenAPI:  "3.1.0",
		Info:     info{Title: "Usher API", Version: documentVersion, Description: strings.Join(introduction(), "\n\n")},
		Servers:  []server{{url}},
		Security: []map[string]any{{"token": []string{}}},
		Tags:     operationTags,
	}
	for _, op := range operations {
		doc.Paths = append(doc.Paths, op.info(made))
	}
	doc.Components = components{
		Schemas: append(made.components, errorSchemas()...), Responses: errorResponses(),
		Security: map[string]any{"token": map[string]string{"type": "http", "scheme": "bearer",
			"description": "The token that PocketBase returns for a sign-in with the collection users. The prefix Bearer may be left out."}},
	}
	return doc, made
}

var pathParameter = regexp.MustCompile(`\{([a-z]+)\}`)

func (op operation) info(made *schemas) operationInfo {
	shown := operationInfo{method: op.method, path: op.path, access: accessTexts[op.access], codes: op.codes,
		Tags: []string{op.tag}, ID: op.id, Summary: op.summary, Description: op.fullDescription(),
		Responses: map[string]responseOf{"default": {Ref: responsePrefix + "ServerError"}}}
	for _, found := range pathParameter.FindAllStringSubmatch(op.path, -1) {
		shown.Parameters = append(shown.Parameters, parameter{Name: found[1], In: "path", Required: true,
			Description: op.pathText(found[1]), Schema: &schema{Type: "string"}})
	}
	for _, p := range op.query {
		shown.Parameters = append(shown.Parameters, p.parameter())
	}
	if op.request != nil {
		of := made.of(reflect.TypeOf(op.request), true)
		shown.Body = &body{Required: len(made.resolve(of).Required) > 0, Content: map[string]media{jsonType: {of}}}
	}
	if op.signed { // by the provider, whose documentation says what it sends
		shown.Body = &body{Required: true, Content: map[string]media{op.signedType(): {&schema{Type: "object"}}}}
	}
	for status, types := range op.responses() {
		shown.Responses[strconv.Itoa(status)] = op.successResponse(made, types)
	}
	op.addErrors(shown.Responses)
	if public := op.security(); public != nil {
		shown.Security = &public
	}
	return shown
}

const jsonType = "application/json"

func (op operation) successResponse(made *schemas, types []any) responseOf {
	if op.csv {
		return responseOf{Description: "A CSV file in UTF-8, as an attachment.", Content: map[string]media{"text/csv": {&schema{Type: "string"}}}}
	}
	var all []*schema
	for _, one := range types {
		all = append(all, made.of(reflect.TypeOf(one), false))
	}
	of := all[0]
	if len(all) > 1 {
		of = &schema{AnyOf: all}
	}
	return responseOf{Description: op.success(), Content: map[string]media{jsonType: {of}}}
}

// resolve follows a reference to a component.
func (s *schemas) resolve(of *schema) *schema {
	if name, ok := strings.CutPrefix(of.Ref, schemaPrefix); ok {
		return s.components.find(name)
	}
	return of
}

// encodedDocument is the document of a server as it is sent, and as the page shows it.
type encodedDocument struct {
	url, etag string
	body      []byte
	document  *document
}

const documentKey = "usher.openapi"

// documentOf returns the document. It is made once for an address of the server.
func documentOf(app core.App) (encodedDocument, error) {
	url := settings.Of(app).URL
	if kept, ok := app.Store().Get(documentKey).(encodedDocument); ok && kept.url == url {
		return kept, nil
	}
	doc, _ := newDocument(url)
	encoded, err := json.Marshal(doc)
	if err != nil {
		return encodedDocument{}, err
	}
	sum := sha256.Sum256(encoded)
	made := encodedDocument{url, `"` + hex.EncodeToString(sum[:12]) + `"`, encoded, doc}
	app.Store().Set(documentKey, made)
	return made, nil
}

// serveDocument answers with the OpenAPI document. It is public, and caches may keep it for five minutes.
func serveDocument(e *core.RequestEvent) error {
	doc, err := documentOf(e.App)
	if err != nil {
		return err
	}
	header := e.Response.Header()
	header.Set("Cache-Control", "public, max-age=300")
	header.Set("ETag", doc.etag)
	if strings.Contains(e.Request.Header.Get("If-None-Match"), doc.etag) {
		return e.NoContent(http.StatusNotModified)
	}
	return e.Blob(http.StatusOK, jsonType, doc.body)
}
