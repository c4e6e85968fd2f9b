package panel

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/chat"
	"usher/hooks/mail"
	"usher/hooks/paths"
	"usher/hooks/recordings"
	"usher/hooks/sessions"
	"usher/hooks/teams"
	"usher/hooks/tools/settings"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

func settingsPage(e *core.RequestEvent) error {
	team := teams.Of(web.Actor(e).Team)
	return showSettings(e, http.StatusOK, ProfileProps{
		Name: team.Name(), Slug: team.Slug(), Description: team.Description(), Timezone: team.ZoneName(),
		AdminsManageAdmins: team.AdminsManageAdmins(), RequireTwoFactors: team.RequiresTwoFactors(), MembersHost: actors.MembersCanHost(team.Record),
		KeepChats: chat.Kept(team.Record), OpenLinks: team.OpenLinks(),
	})
}

// saveSettings saves the team's profile and settings (R9).
func saveSettings(e *core.RequestEvent) error {
	form, err := readForm(e)
	if err != nil {
		return err
	}
	typed := parseProfile(form)
	if form.FileTooLarge {
		typed.Errors = web.FormErrors{"logo": "The file is larger than " + maxLogo + ". Choose a smaller image."}
		return showSettings(e, http.StatusRequestEntityTooLarge, typed)
	}
	changed, err := teams.Update(e.App, web.Actor(e), profileChange(e, form, typed))
	if faults, ok := web.FormErrorsOf(err); ok {
		typed.Errors = faults
		return showSettings(e, web.StatusCode(err), typed)
	}
	if err != nil {
		return err
	}
	web.SetToast(e, "Settings saved.")
	return web.Redirect(e, paths.Settings(changed.Slug()))
}

func parseProfile(form uploadForm) ProfileProps {
	return ProfileProps{Name: clean(form.Get("name")), Slug: clean(form.Get("slug")), Description: clean(form.Get("description")),
		Timezone: clean(form.Get("timezone")), AdminsManageAdmins: form.Get("open") != "", RequireTwoFactors: form.Get("two-factors") != "", MembersHost: form.Get("hosts") != "",
		KeepChats: form.Get("chats") != "", OpenLinks: form.Get("links") != ""}
}

// profileChange converts the form to a change of the team. It ignores checkboxes that are disabled for the actor or by
// the plan.
func profileChange(e *core.RequestEvent, form uploadForm, typed ProfileProps) teams.Profile {
	profile := teams.Profile{Name: &typed.Name, Slug: &typed.Slug, Description: &typed.Description, Timezone: &typed.Timezone,
		KeepChats: &typed.KeepChats, OpenLinks: &typed.OpenLinks, Logo: form.File, RemoveLogo: form.Get("drop") != ""}
	if web.Actor(e).CanDelegateAdmins() {
		profile.AdminsManageAdmins = &typed.AdminsManageAdmins
	}
	if form.Get("two-factors-shown") != "" {
		profile.RequireTwoFactors = &typed.RequireTwoFactors
	}
	if actors.PlanAllowsMemberHosts(web.Actor(e).Team) {
		profile.MembersCanHost = &typed.MembersHost
	}
	return profile
}

func showSettings(e *core.RequestEvent, status int, profile ProfileProps) error {
	pageShell, err := shell(e, "settings", ui.Breadcrumb{Label: "Settings"})
	if err != nil {
		return err
	}
	actor := web.Actor(e)
	if profile.HasTwoFactors, err = actors.HasTwoFactors(e.App, actor.Account.Id); err != nil {
		return err
	}
	lacking, err := actors.ListManagersWithoutTwoFactors(e.App, actor.Team.Id)
	if err != nil {
		return err
	}
	for _, account := range lacking {
		profile.WithoutTwoFactors = append(profile.WithoutTwoFactors, text.Isolate(actors.DisplayName(account)))
	}
	profile.PlanAllowsMemberHosts = actors.PlanAllowsMemberHosts(actor.Team)
	if actors.MembersCanHost(actor.Team) {
		if profile.CancelledSessions, err = sessions.CountHostedByMembers(e.App, actor.Team.Id); err != nil {
			return err
		}
	}
	profile.EmailOff = !mail.Enabled(e.App)
	profile.LinkPrefix = settings.Of(e.App).Link(paths.App(""))
	profile.Path, profile.IsOwner = settingsPath(e), actor.CanDelegateAdmins()
	profile.Logo, profile.Team = teams.Of(actor.Team).LogoPath(), actor.TeamName()
	props := SettingsProps{Shell: pageShell, Profile: profile, RetentionURL: retentionPath(e), RetentionDays: recordings.RetentionDays(actor.Team)}
	if actor.CanDeleteTeam() {
		props.DeleteURL = deletePath(e)
	}
	if props.Offer, err = offerFor(e.App, actor); err != nil {
		return err
	}
	props.OwnerURL, props.IsOwner = ownerPath(e), actor.CanTransferOwnership()
	if props.Email, err = loadEmailSettings(e); err != nil {
		return err
	}
	return web.Render(e, status, Settings(props))
}
