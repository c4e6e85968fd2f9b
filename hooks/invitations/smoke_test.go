package invitations_test

import (
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/hooks/seats"
)

func TestFromInvitationToMember(t *testing.T) {
	app := hookstest.New(t)
	owner := hookstest.Person(t, app, "marta@halation.example")
	team := hookstest.Team(t, app, owner, "Halation Post", "free")
	result := hookstest.Invite(t, app, owner, team, "Lucia@Halation.example", "organizer")
	if result.Status != invitations.Invited || result.Link == "" {
		t.Fatalf("%+v", result)
	}
	now, _ := seats.Of(app, team.Id)
	if now.Organizer.Used != 1 || now.Organizer.Reserved != 1 || now.Organizer.Free() != 1 {
		t.Fatalf("%+v", now)
	}
	lucia := hookstest.Person(t, app, "lucia@halation.example")
	if _, err := invitations.Accept(app, invitations.Answer{Account: lucia, ID: result.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := invitations.Accept(app, invitations.Answer{Account: lucia, ID: result.ID}); record.Code(err) != invitations.CodeAccepted {
		t.Fatal(err)
	}
	m, err := members.Find(app, team.Id, lucia.Id)
	if err != nil || !m.Roles().Organizer {
		t.Fatal(m, err)
	}
	page, err := members.List(app, team.Id, members.Query{Search: "lucia"})
	if err != nil || page.Total != 1 || page.Rows[0].Status != "accepted" {
		t.Fatalf("%+v %v", page, err)
	}
	if counts, err := members.Count(app, team.Id); err != nil || counts.Total != 2 {
		t.Fatalf("%+v %v", counts, err)
	}
	if _, err := seats.Holders(app, team.Id, 60); err != nil {
		t.Fatal(err)
	}
}
