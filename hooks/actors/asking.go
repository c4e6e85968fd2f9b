package actors

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/text"
)

// AskHint returns a sentence that names the users who have a permission the reader lacks (see Helpers): "Ask Olga Berg (Owner)
// or Ada Lind (Admin) to end one." If there are none, it names the server administrator. It is empty for guests and for
// readers outside the team, who may not see names.
func AskHint(app core.App, reader *Actor, can func(*Actor) bool, to string) (string, error) {
	if reader == nil || reader.Kind != "member" {
		return "", nil
	}
	helpers, err := Helpers(app, reader, can)
	if err != nil {
		return "", err
	}
	if len(helpers) == 0 {
		return "Contact your server administrator.", nil
	}
	return "Ask " + HelperNames(helpers) + " " + to + ".", nil
}

// HelperNames lists helpers with their roles: "Olga Berg (Owner), Ada Lind (Admin) or Max Holt (Admin)".
func HelperNames(helpers []Helper) string {
	var names []string
	for _, h := range helpers {
		name := h.Name
		if role := h.Roles.Highest(); role != "" {
			name += " (" + role + ")"
		}
		names = append(names, name)
	}
	return text.JoinAlternatives(names)
}
