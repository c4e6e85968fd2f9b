package browsertest

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/members"
	"usher/views/viewstest"
)

// TestConfirmAction_UserAlreadyRemoved_SaysSo removes a user in one tab while another tab asks for confirmation.
func TestConfirmAction_UserAlreadyRemoved_SaysSo(t *testing.T) {
	t.Parallel()
	defaultBrowser.start(t)
	server := viewstest.Serve(t, hookstest.Config())
	owner := hookstest.Account(t, server.App, "marta@halation.example")
	team := hookstest.Team(t, server.App, owner, "Halation Post", "pro")
	hookstest.Member(t, server.App, team, "jonas@halation.example", "admin")
	for _, question := range []string{"/remove", "/revoke-role?role=organizer"} {
		ruth := hookstest.Member(t, server.App, team, "ruth"+question[1:4]+"@halation.example", "organizer")
		b := signIn(t, server, "jonas@halation.example")
		b.expectStatus(404)
		b.visit("/admin/halation-post/users/" + ruth.Id + question)
		b.waitForText("Cancel")
		_, err := members.Remove(server.App, hookstest.Actor(t, server.App, owner, team), ruth.Id, members.Handover{})
		must(t, err)
		eval[bool](b, `(document.querySelector("dialog[open] button[form]").click(), true)`)
		b.waitForText("No changes were made. This user isn't in the team.")
	}
}
