package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/views/ui"
	"usher/views/web"
)

func settingsPage(e *core.RequestEvent) error {
	team := teams.Of(web.Actor(e).Team)
	return showSettings(e, http.StatusOK, ProfileProps{
		Name: team.Name(), Description: team.Description(), Timezone: team.GetString("timezone"),
		Open: team.GetBool("admins_manage_admins"), Hosts: actors.MembersHost(team.Record),
	})
}

// saveSettings changes the team's profile and settings (R9).
func saveSettings(e *core.RequestEvent) error {
	form, err := sentForm(e)
	if err != nil {
		return err
	}
	typed := typedProfile(form)
	if form.Large {
		typed.Faults = web.Faults{"logo": "The file is larger than 1 MB and was not read. Choose a smaller picture."}
		return showSettings(e, http.StatusRequestEntityTooLarge, typed)
	}
	_, err = teams.Update(e.App, web.Actor(e), changeOf(e, form, typed))
	if faults, ok := web.FaultsOf(err); ok {
		typed.Faults = faults
		return showSettings(e, web.Status(err), typed)
	}
	if err != nil {
		return err
	}
	web.Toast(e, "Settings saved.")
	return web.Go(e, settingsPath(e))
}

func typedProfile(form sent) ProfileProps {
	return ProfileProps{Name: clean(form.Get("name")), Description: clean(form.Get("description")),
		Timezone: clean(form.Get("timezone")), Open: form.Get("open") != "", Hosts: form.Get("hosts") != ""}
}

// changeOf is the form as a change of the team. A box that is disabled for Admins is not theirs to send,
// and one that the plan disables is nobody's.
func changeOf(e *core.RequestEvent, form sent, typed ProfileProps) teams.Profile {
	profile := teams.Profile{Name: &typed.Name, Description: &typed.Description, Timezone: &typed.Timezone,
		Logo: form.File, DropLogo: form.Get("drop") != ""}
	if web.Actor(e).OpensAdmins() {
		profile.AdminsManageAdmins = &typed.Open
	}
	if actors.MembersMayHost(web.Actor(e).Team) {
		profile.MembersHost = &typed.Hosts
	}
	return profile
}

func showSettings(e *core.RequestEvent, status int, profile ProfileProps) error {
	frame, err := shell(e, "settings", ui.Crumb{Label: "Settings"})
	if err != nil {
		return err
	}
	actor := web.Actor(e)
	profile.MayHost = actors.MembersMayHost(actor.Team)
	if actors.MembersHost(actor.Team) {
		if profile.Lost, err = sessions.HostedByMembers(e.App, actor.Team.Id); err != nil {
			return err
		}
	}
	profile.Path, profile.Owner = settingsPath(e), actor.OpensAdmins()
	profile.Logo, profile.Team = teams.Of(actor.Team).LogoPath(), actor.Team.GetString("name")
	props := SettingsProps{Shell: frame, Profile: profile}
	if actor.DeletesTeam() {
		props.Delete = deletePath(e)
	}
	if props.Plan, err = planProps(e); err != nil {
		return err
	}
	if props.Mail, err = mailSettings(e); err != nil {
		return err
	}
	return web.Render(e, status, Settings(props))
}
