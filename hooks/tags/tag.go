// Package tags has the labels of a team's users. They belong to an address, so that invitees can have them too, and have
// one spelling in a team (R82).
package tags

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/people"
	"usher/hooks/tools/errs"
	"usher/hooks/tools/text"
)

// The limits of tags.
const (
	MaxName      = 40 // characters
	MaxPerPerson = 20
	MaxPerTeam   = 200 // different names
)

// Error codes.
const (
	CodeAlreadyTagged = "already_tagged"
	CodeNotListed     = "not_found"
)

// Count is a tag of a team, and how many users have it.
type Count struct {
	Name   string `db:"name"`
	People int    `db:"people"`
}

// Of lists a team's tags by name.
func Of(app core.App, team string) ([]Count, error) {
	if err := people.Refresh(app, team); err != nil { // deletes the tags of removed users
		return nil, err
	}
	var all []Count
	err := app.DB().NewQuery("SELECT min(name) name, count(*) people FROM tags WHERE team = {:team} " +
		"GROUP BY name COLLATE NOCASE ORDER BY lower(name)").Bind(dbx.Params{"team": team}).All(&all)
	if err != nil {
		return nil, fmt.Errorf("list the tags of a team: %w", err)
	}
	return all, nil
}

// NormalizeNames cleans entered names: each is a line of at most MaxName characters, without duplicates regardless of case.
// Errors are returned under the field.
func NormalizeNames(field string, typed []string) ([]string, error) {
	if len(typed) > MaxPerPerson {
		return nil, errs.Invalid(field, errs.CodeTooMany, fmt.Sprintf("A user can have at most %d tags. You entered %d.", MaxPerPerson, len(typed)))
	}
	names := make([]string, 0, len(typed))
	for _, name := range typed {
		name, err := text.RequiredLine(field, "The tag", name, MaxName)
		if err != nil {
			return nil, err
		}
		if !containsFold(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// containsFold reports whether names contains a name, regardless of case.
func containsFold(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

func exclude(names, others []string) []string {
	var left []string
	for _, name := range names {
		if !containsFold(others, name) {
			left = append(left, name)
		}
	}
	return left
}

// rowsOf returns the tags of an address in a team.
func rowsOf(app core.App, team, address string) ([]*core.Record, error) {
	rows, err := app.FindAllRecords("tags", dbx.HashExp{"team": team, "email": address})
	if err != nil {
		return nil, fmt.Errorf("find the tags of a user: %w", err)
	}
	return rows, nil
}

func namesOf(rows []*core.Record) []string {
	names := make([]string, len(rows))
	for n, row := range rows {
		names[n] = row.GetString("name")
	}
	return names
}
