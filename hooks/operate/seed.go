package operate

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/accounts"
	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/plans"
	"usher/hooks/record"
	"usher/hooks/teams"
)

// Sample is the team that a demo begins with.
type Sample struct {
	Owner    *core.Record
	Team     *teams.Team
	Password string // of everybody
}

// somebody is a person of the sample, in the state in which the demo shows him.
type somebody struct {
	name, email string
	roles       string // "admin organizer"
	state       string // accepted (when empty), pending, declined, revoked, expired, guest
	days        int    // ago
	tags        string // with spaces between them
	seen        int    // minutes ago; 0: never
}

var cast = []somebody{
	{"Jonas Keller", "jonas@halation.example", "admin organizer", "", 210, "Operations", 12},
	{"Priya Raman", "priya@halation.example", "admin", "", 180, "Operations", 1180},
	{"Anneke de Vries", "anneke@halation.example", "organizer", "", 160, "Colour", 121},
	{"Samuel Okafor", "samuel@halation.example", "organizer", "", 151, "Editors", 1400},
	{"Kaito Mori", "kaito@halation.example", "organizer", "", 149, "Colour Kestrel", 2900},
	{"Hanna Lindqvist", "hanna@halation.example", "organizer", "", 120, "Producers", 64},
	{"Dario Conti", "dario@halation.example", "organizer", "", 118, "Sound", 310},
	{"Ruth Abebe", "ruth@halation.example", "organizer", "", 90, "Editors", 5},
	{"Wiktoria Nowak", "wiktoria@halation.example", "organizer", "", 61, "VFX", 4500},
	{"Elif Demir", "elif@halation.example", "organizer", "", 44, "Producers Kestrel", 7300},
	{"Théo Lambert", "theo@halation.example", "organizer", "", 33, "Producers Kestrel", 61},
	{"Noor Haddad", "noor@halation.example", "", "", 30, "VFX", 8800},
	{"Ida Sørensen", "ida@halation.example", "", "", 28, "", 190},
	{"Leo Fontaine", "leo@halation.example", "", "", 21, "Editors", 11000},
	{"Tomás Rey", "tomas@halation.example", "", "", 16, "", 0},
	{"Clara Weiss", "clara@kestrel-pictures.example", "", "guest", 12, "Client Kestrel", 7200},
	{"Owen Blake", "owen@kestrel-pictures.example", "", "guest", 12, "Client Kestrel", 0},
	{"Lucía Herrera", "lucia@halation.example", "organizer", "pending", 1, "Editors Kestrel", 0},
	{"Maeve Gallagher", "maeve@halation.example", "organizer", "pending", 5, "", 0},
	{"Grace Tan", "grace@lantern-vfx.example", "", "pending", 2, "VFX Vendor", 0},
	{"Bruno Castel", "bruno@castelsound.example", "organizer", "declined", 10, "Sound Vendor", 0},
	{"Pavel Sykora", "pavel@halation.example", "admin", "revoked", 19, "", 0},
	{"Freya Holm", "freya@halation.example", "organizer", "expired", 26, "", 0},
}

// Seed fills an empty database with three teams and people in every state.
func Seed(app core.App) (*Sample, error) {
	s := &seeder{app: app, password: "demo-" + rand.Text()[:12]}
	marta := s.account("Marta Oliveira", "marta@halation.example")
	team := s.team(marta, "Halation Post", "Film finishing, Lisbon", "Europe/Lisbon", ring, 5, 15)
	for _, p := range cast {
		s.place(team, marta, p)
	}
	s.meet(team, marta)
	s.invite(team, marta, somebody{"Théo Lambert", "theo@halation.example", "admin", "pending", 2, "Producers Kestrel", 61})

	sigrid := s.account("Sigrid Aune", "sigrid@fathom.example")
	fathom := s.team(sigrid, "Fathom Sound", "Sound for film and theatre", "Europe/Oslo", waves, 5, 25)
	s.place(fathom, sigrid, somebody{"Marta Oliveira", "marta@halation.example", "admin", "", 70, "", 300})
	henrik := s.account("Henrik Aas", "henrik@northlight.example")
	north := s.team(henrik, "Northlight Docs", "Documentary films", "Europe/Oslo", peak, 2, 3)
	s.place(north, henrik, somebody{"Marta Oliveira", "marta@halation.example", "admin", "pending", 4, "", 300})

	s.visit(team, marta, 1)
	s.settle()
	return &Sample{Owner: marta, Team: team, Password: s.password}, s.err
}

// seeder keeps the first error, so that the sample reads as a list.
type seeder struct {
	app      core.App
	password string
	hashed   any
	err      error
}

func (s *seeder) account(name, email string) *core.Record {
	if s.err != nil {
		return nil
	}
	if known, err := accounts.Find(s.app, email); err == nil {
		return known
	}
	account, err := accounts.Draft(s.app, accounts.New{Email: email, Name: name, Timezone: "Europe/Lisbon", Verified: true})
	if err != nil {
		s.err = err
		return nil
	}
	if s.hashed == nil {
		account.SetPassword(s.password)
		s.hashed = account.GetRaw("password")
	}
	account.SetRaw("password", s.hashed)
	s.err = s.app.Save(account)
	return account
}

func (s *seeder) team(owner *core.Record, name, description, zone string, draw func() []byte, admins, organizers int) *teams.Team {
	if s.err != nil {
		return nil
	}
	team, err := members.Found(s.app, owner, name, "")
	if err != nil {
		s.err = fmt.Errorf("%s: %w", name, err)
		return nil
	}
	plan, err := plans.Find(s.app, "pro")
	if s.err = err; err != nil {
		return nil
	}
	team.Set("plan", plan.Id)
	if s.err = s.app.Save(team); s.err != nil {
		return nil
	}
	team.Set("admin_seats", admins)
	team.Set("organizer_seats", organizers)
	if s.err = s.app.Save(team); s.err != nil {
		return nil
	}
	actor, err := actors.In(s.app, owner, team.Record)
	if err != nil {
		s.err = err
		return nil
	}
	team, s.err = teams.Update(s.app, actor, teams.Profile{Description: &description, Timezone: &zone, Logo: draw()})
	return team
}

// place brings a person into the state in which the demo shows him.
func (s *seeder) place(team *teams.Team, owner *core.Record, p somebody) {
	if s.err != nil {
		return
	}
	defer s.label(team, p)
	if p.state == "guest" {
		s.guest(team, p)
		return
	}
	id := s.invite(team, owner, p)
	if s.err != nil {
		return
	}
	switch p.state {
	case "":
		account := s.account(p.name, p.email)
		_, s.err = invitations.Accept(s.app, invitations.Answer{Account: account, ID: id})
		s.past("memberships", "user", account.Id, p.days)
	case "declined":
		account := s.account(p.name, p.email)
		_, s.err = invitations.Decline(s.app, invitations.Answer{Account: account, ID: id})
	case "revoked":
		actor, err := actors.In(s.app, owner, team.Record)
		if s.err = err; err == nil {
			_, s.err = invitations.Revoke(s.app, actor, id)
		}
	}
}

// label gives a person the tags, and when he was last there.
func (s *seeder) label(team *teams.Team, p somebody) {
	for _, name := range strings.Fields(p.tags) {
		tags, err := s.app.FindCachedCollectionByNameOrId("tags")
		if err != nil || s.err != nil {
			s.err = errors.Join(s.err, err)
			return
		}
		tag := core.NewRecord(tags)
		tag.Load(map[string]any{"team": team.Id, "email": p.email, "name": name})
		s.err = s.app.Save(tag)
	}
	if account, err := accounts.Find(s.app, p.email); err == nil && p.seen > 0 {
		s.visit(team, account, p.seen)
	}
}

func (s *seeder) visit(team *teams.Team, account *core.Record, minutes int) {
	if s.err != nil {
		return
	}
	_, s.err = s.app.DB().Insert("visits", dbx.Params{"team": team.Id, "user": account.Id,
		"seen": record.Stamp(time.Now().Add(-time.Duration(minutes) * time.Minute))}).Execute()
}

func (s *seeder) invite(team *teams.Team, owner *core.Record, p somebody) string {
	if s.err != nil {
		return ""
	}
	actor, err := actors.In(s.app, owner, team.Record)
	if err != nil {
		s.err = err
		return ""
	}
	offer := invitations.Offer{Lines: []invitations.Line{addresslist.Of(p.name, p.email)}, Roles: rolesOf(p.roles)}
	results, err := invitations.Invite(s.app, actor, offer)
	if err == nil && results[0].Status == invitations.Refused {
		err = fmt.Errorf("%s: %s", p.email, results[0].Message)
	}
	if s.err = err; err != nil {
		return ""
	}
	s.past("invitations", "id", results[0].ID, p.days)
	return results[0].ID
}

func rolesOf(words string) actors.Roles {
	var roles actors.Roles
	switch words {
	case "admin":
		roles.Admin = true
	case "organizer":
		roles.Organizer = true
	case "admin organizer":
		roles.Admin, roles.Organizer = true, true
	}
	return roles
}

func (s *seeder) guest(team *teams.Team, p somebody) {
	account := s.account(p.name, p.email)
	collection, err := s.app.FindCollectionByNameOrId("memberships")
	if err != nil || s.err != nil {
		s.err = err
		return
	}
	membership := core.NewRecord(collection)
	membership.Load(map[string]any{"team": team.Id, "user": account.Id, "kind": members.Guest})
	s.err = s.app.Save(membership)
	s.past("memberships", "user", account.Id, p.days)
}

// past dates a row back. No action can act in the past, so this is written directly; a demo is thrown away.
func (s *seeder) past(table, column, value string, days int) {
	if s.err != nil {
		return
	}
	at := time.Now().Add(-time.Duration(days)*24*time.Hour - time.Duration(days*37)*time.Minute)
	set := dbx.Params{"created": record.Stamp(at)}
	if table == "invitations" {
		set["expires"] = record.Stamp(at.Add(invitations.Lifetime))
		if days >= 7 {
			// An invitation must be open to be answered: its term is dated back when all are.
			set["expires"] = record.Stamp(time.Now().Add(time.Hour))
		}
	}
	_, s.err = s.app.DB().Update(table, set, dbx.HashExp{column: value}).Execute()
}

// settle ends what is overdue and marks the emails as sent, those to the participants of sessions included.
func (s *seeder) settle() {
	if s.err != nil {
		return
	}
	for _, statement := range []string{
		"UPDATE invitations SET expires = strftime('%Y-%m-%d %H:%M:%fZ', created, '+7 days')",
		"UPDATE invitations SET answered = strftime('%Y-%m-%d %H:%M:%fZ', created, '+1 day') WHERE answered != ''",
		"UPDATE outbox SET status = 'sent', sealed = '', sent = created",
		"UPDATE participants SET told = created WHERE told = '' AND id IN (SELECT about FROM outbox)",
	} {
		if _, err := s.app.DB().NewQuery(statement).Execute(); err != nil {
			s.err = err
			return
		}
	}
	s.err = invitations.Expire(s.app)
}
