package teams

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/emails"
	"usher/hooks/tools/settings"
)

// EmailProps returns how emails show the team (R10).
func EmailProps(app core.App, team *core.Record) emails.TeamProps {
	t := Of(team)
	props := emails.TeamProps{Name: t.Name(), Description: t.Description()}
	if path := t.LogoPath(); path != "" {
		props.LogoURL = settings.Of(app).Link(path)
	}
	return props
}
