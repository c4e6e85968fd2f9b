package actors

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// AskHint is the sentence that tells a reader without a right whom to ask, by name, among those who have it (see Helpers):
// "Ask Olga Berg (Owner) or Ada Lind (Admin) to end one." With nobody to ask it is about the server administrator. It is
// empty for a guest and a stranger, who learn no names.
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

// HelperNames puts helpers in words, each with the role: "Olga Berg (Owner), Ada Lind (Admin) or Max Holt (Admin)".
func HelperNames(helpers []Helper) string {
	var names []string
	for _, h := range helpers {
		name := h.Name
		if role := h.Roles.Highest(); role != "" {
			name += " (" + role + ")"
		}
		names = append(names, name)
	}
	last := len(names) - 1
	if last <= 0 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
