package administrators

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/audit"
)

// change is what is written about one change of a record.
type change struct {
	record  *core.Record
	before  *core.Record
	verb    verb
	teams   []string // in whose log it is written; "" is the log of accounts, without a team
	action  string
	target  string
	name    string
	details map[string]any
}

// actions are the actions by collection and verb; other collections have those of anything else.
var actions = map[string][3]string{
	"teams":                       {"team.found", "team.update", "team.delete"},
	"plans":                       {"plan.create", "plan.update", "plan.delete"},
	"memberships":                 {"member.add", "member.roles", "member.remove"},
	"invitations":                 {"invitation.create", "invitation.update", "invitation.delete"},
	"rooms":                       {"room.create", "room.update", "room.delete"},
	"sessions":                    {"session.schedule", "session.change", "session.delete"},
	"users":                       {"account.create", "account.change", "account.delete"},
	"logins":                      {"account.login.create", "account.login.change", "account.login.end"},
	core.CollectionNameSuperusers: {"superuser.create", "superuser.update", "superuser.delete"},
}

var defaultActions = [3]string{"data.create", "data.update", "data.delete"}

// newChange begins a change, before it is made: what it concerns may be gone behind it.
func newChange(app core.App, v verb, r *core.Record) (*change, error) {
	c := &change{record: r, before: r.Original(), verb: v}
	names, known := actions[r.Collection().Name]
	if !known {
		names = defaultActions
	}
	c.action = names[v]
	var err error
	if c.teams, err = teamsOf(app, r); err != nil {
		return nil, err
	}
	c.target, c.name = targetOf(app, r)
	return c, nil
}

// asRefused is the change as it is written when it wasn't made: a team that wasn't created has no log.
func (c *change) asRefused(app core.App) *change {
	c.addDetails(app)
	if c.verb == create && c.record.Collection().Name == "teams" {
		c.teams = []string{""}
	}
	return c
}

// teamsOf returns the teams that a record concerns. Accounts concern their teams and the log without a team; so does what
// belongs to no team that there is.
func teamsOf(app core.App, r *core.Record) ([]string, error) {
	name, id := r.Collection().Name, r.GetString("user")
	query := "SELECT team FROM memberships WHERE user = {:id}"
	switch {
	case name == "teams":
		return []string{r.Id}, nil
	case name == "plans":
		query, id = "SELECT id FROM teams WHERE plan = {:id}", r.Id
	case name == "users":
		id = r.Id
	case r.GetString("team") != "":
		query, id = "SELECT id FROM teams WHERE id = {:id}", r.GetString("team")
	}
	var teams []string
	if err := app.DB().NewQuery(query).Bind(dbx.Params{"id": id}).Column(&teams); err != nil {
		return nil, fmt.Errorf("find the teams that a change concerns: %w", err)
	}
	if len(teams) == 0 || strings.Contains(query, "memberships") {
		teams = append(teams, "")
	}
	return teams, nil
}

// targetOf returns the target of the entry.
func targetOf(app core.App, r *core.Record) (id, name string) {
	collection := r.Collection().Name
	switch collection {
	case "users":
		return r.Id, actors.DisplayName(r)
	case "memberships", "logins":
		user, err := app.FindRecordById("users", r.GetString("user"))
		if err != nil {
			return r.GetString("user"), ""
		}
		return user.Id, actors.DisplayName(user)
	case "teams", "plans", "rooms":
		return r.Id, r.GetString("name")
	case "sessions":
		return r.Id, r.GetString("title")
	case "invitations", core.CollectionNameSuperusers:
		return r.Id, r.GetString("email")
	}
	return r.Id, strings.TrimPrefix(collection, "_") + " " + cmp.Or(r.GetString("name"), r.Id)
}

// addDetails adds what was changed, after the change: hooks may have changed more than the request.
func (c *change) addDetails(app core.App) {
	c.details = map[string]any{}
	r := c.record
	collection := r.Collection().Name
	if c.target == "" || collection != "memberships" && collection != "logins" {
		c.target, c.name = targetOf(app, r)
	}
	if collection == "memberships" || collection == "invitations" {
		c.details["roles"] = rolesOf(r)
	}
	if c.verb != update {
		if collection == "teams" {
			c.details["plan"] = planName(app, r.GetString("plan"))
		}
		return
	}
	for _, field := range r.Collection().Fields {
		if text, changed := describeChange(app, field, c.before, r); changed {
			c.details[field.GetName()] = text
		}
	}
	c.refineAction()
}

// refineAction names a more specific action.
func (c *change) refineAction() {
	changed := func(fields ...string) bool {
		for _, field := range fields {
			if _, is := c.details[field]; is {
				return true
			}
		}
		return false
	}
	switch c.action {
	case "team.update":
		if changed("plan", "admin_seats", "organizer_seats", "licences") {
			c.action = "team.plan"
		}
	case "invitation.update":
		if changed("status") && c.record.GetString("status") == "revoked" {
			c.action = "invitation.revoke"
		}
	}
}

func rolesOf(r *core.Record) []string {
	roles := []string{}
	for _, role := range []string{"owner", "admin", "organizer"} {
		if r.GetBool(role) {
			roles = append(roles, role)
		}
	}
	return roles
}

// describeChange writes a changed field as "old → new". Of secrets, files and structured values it says only that they changed.
func describeChange(app core.App, field core.Field, before, after *core.Record) (text string, changed bool) {
	name := field.GetName()
	switch field.(type) {
	case *core.AutodateField:
		return "", false
	case *core.PasswordField:
		password, ok := after.GetRaw(name).(*core.PasswordFieldValue)
		return "changed", ok && password.Hash != before.GetString(name+":hash")
	case *core.FileField, *core.JSONField:
		return "changed", fmt.Sprint(before.Get(name)) != fmt.Sprint(after.Get(name))
	}
	was, is := before.GetString(name), after.GetString(name)
	if was == is {
		return "", false
	}
	if isSecret(field) {
		return "changed", true
	}
	if name == "plan" {
		was, is = planName(app, was), planName(app, is)
	}
	return formatValue(field, was) + " → " + formatValue(field, is), true
}

// formatValue is a value in words.
func formatValue(field core.Field, value string) string {
	switch field.(type) {
	case *core.BoolField:
		return map[string]string{"true": "yes", "false": "no"}[value]
	case *core.NumberField:
		if value == "-1" {
			return "unlimited"
		}
	}
	return cmp.Or(value, "none")
}

func isSecret(field core.Field) bool {
	name := field.GetName()
	_, text := field.(*core.TextField) // a hidden number or relation, such as a team's plan, isn't a secret
	return text && field.GetHidden() || name == core.FieldNameTokenKey || name == "code" || strings.Contains(name, "token") || strings.Contains(name, "secret") ||
		strings.HasSuffix(name, "_hash")
}

func planName(app core.App, id string) string {
	plan, err := app.FindRecordById("plans", id)
	if err != nil {
		return id
	}
	return plan.GetString("name")
}

// CommandEntry begins the entry of a command on the command line.
func CommandEntry(action string) *audit.Entry {
	return (*writer)(nil).setActor(&audit.Entry{Action: action})
}
