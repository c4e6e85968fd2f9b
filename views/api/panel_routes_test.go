package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Whatever the Admin Panel does, a program can do (R158): each action of the panel with the route that does the same.
var apiRoutesByPanelAction = map[string][]route{
	"/users/add":                {{"POST", "/api/teams/{team}/invitations"}, {"POST", "/api/teams/{team}/imports"}},
	"/users/preview":            {{"POST", "/api/teams/{team}/invitations/preview"}},
	"/users/selected":           {{"POST", "/api/teams/{team}/users/remove"}, {"POST", "/api/teams/{team}/users/revoke"}, {"POST", "/api/teams/{team}/users/clear"}, {"POST", "/api/teams/{team}/users/revoke-role"}, {"POST", "/api/teams/{team}/users/resend"}, {"POST", "/api/teams/{team}/users/tags"}, {"POST", "/api/teams/{team}/users/preview"}},
	"/users/import/{id}/stop":   {{"POST", "/api/teams/{team}/imports/{id}/stop"}},
	"/users/import/{id}/revoke": {{"POST", "/api/teams/{team}/imports/{id}/revoke"}},
	"/users/jobs/{id}/stop":     {{"POST", "/api/teams/{team}/users/jobs/{id}/stop"}},
	"/users/{id}/ask":           {{"PUT", "/api/teams/{team}/members/{user}/roles"}},
	"/users/{id}/take":          {{"PUT", "/api/teams/{team}/members/{user}/roles"}},
	"/users/{id}/again":         {{"POST", "/api/teams/{team}/invitations"}},
	"/users/{id}/correct":       {{"POST", "/api/invitations/{id}/correct"}},
	"/users/{id}/resend":        {{"POST", "/api/invitations/{id}/resend"}},
	"/users/{id}/revoke":        {{"POST", "/api/invitations/{id}/revoke"}},
	"/users/{id}/revoke-role":   {{"PUT", "/api/teams/{team}/members/{user}/roles"}},
	"/users/{id}/restore-role":  {{"POST", "/api/teams/{team}/members/{user}/roles/restore"}},
	"/users/{id}/remove":        {{"DELETE", "/api/teams/{team}/members/{user}"}},
	"/users/{id}/tags":          {{"PUT", "/api/teams/{team}/users/{id}/tags"}},
	"/rooms/new":                {{"POST", "/api/teams/{team}/rooms"}},
	"/rooms/{id}/edit":          {{"PATCH", "/api/teams/{team}/rooms/{id}"}},
	"/rooms/{id}/archive":       {{"POST", "/api/teams/{team}/rooms/{id}/archive"}},
	"/rooms/{id}/restore":       {{"POST", "/api/teams/{team}/rooms/{id}/restore"}},
	"/rooms/{id}/rotate":        {{"POST", "/api/teams/{team}/rooms/{id}/rotate"}},
	"/active/{id}/end":          {{"POST", "/api/sessions/{id}/end"}},
	"/active/{id}/message":      {{"POST", "/api/sessions/{id}/message"}},
	"/billing":                  {{"POST", "/api/teams/{team}/billing"}, {"POST", "/api/teams/{team}/billing/preview"}},
	"/billing/withdraw":         {{"POST", "/api/teams/{team}/billing/changes/{id}/withdraw"}},
	"/settings":                 {{"PATCH", "/api/teams/{team}"}},
	"/settings/recordings":      {{"PUT", "/api/teams/{team}/recordings/retention"}},
	"/start/hide":               {{"POST", "/api/teams/{team}/start/hide"}, {"GET", "/api/teams/{team}/start"}},
	"/settings/owner":           {{"POST", "/api/teams/{team}/ownership"}, {"GET", "/api/teams/{team}/ownership"}},
	"/settings/owner/withdraw":  {{"DELETE", "/api/teams/{team}/ownership"}},
	"/settings/owner/accept":    {{"POST", "/api/teams/{team}/ownership/accept"}},
	"/settings/owner/decline":   {{"POST", "/api/teams/{team}/ownership/decline"}},
	"/settings/delete":          {{"DELETE", "/api/teams/{team}"}},
	"/settings/test-email":      {{"POST", "/api/teams/{team}/test-email"}},
	"/users/{id}":               {{"GET", "/api/teams/{team}/users/{id}"}},
	"/settings/test-email/id":   {{"GET", "/api/teams/{team}/test-email/{id}"}},
}

func TestRoutes_EveryPanelAction_HasAPIRoute(t *testing.T) {
	all := routes(t, "GET", "POST", "PUT", "PATCH", "DELETE")
	for action, same := range apiRoutesByPanelAction {
		for _, r := range same {
			if !slices.Contains(all, r) {
				t.Errorf("%s: there is no %s %s, want it to contain %v", action, r.method, r.path, r)
			}
		}
	}
	for _, action := range panelActions(t) {
		if len(apiRoutesByPanelAction[action]) == 0 {
			t.Errorf("the panel's POST %s has no route for programs here, want some", action)
		}
	}
}

// panelActions are the addresses in the panel that take a form.
func panelActions(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../panel/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_templ.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			verb, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || verb.Sel.Name != "POST" {
				return true
			}
			if path, ok := call.Args[0].(*ast.BasicLit); ok {
				text, _ := strconv.Unquote(path.Value)
				all = append(all, text)
			}
			return true
		})
	}
	if len(all) < 20 {
		t.Fatalf("only %d actions are found: %v, want at least 20", len(all), all)
	}
	return all
}
