package commands

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

// SampleTeam is the team of a new demo.
type SampleTeam struct {
	Owner    *core.Record
	Team     *teams.Team
	Password string // of every user
}

// sampleUser is a user or invitee of the sample team.
type sampleUser struct {
	name, email string
	roles       string // "admin organizer"
	state       string // accepted (when empty), pending, declined, revoked, expired, guest
	daysAgo     int    // ago
	tags        string // with spaces between them
	minutesAgo  int    // minutes ago; 0: never
}

var sampleUsers = []sampleUser{
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
	{"Noor Haddad", "noor@halation.example", "", "", 95, "VFX", 59_000}, // inactive
	{"Ida Sørensen", "ida@halation.example", "", "", 28, "", 190},
	{"Leo Fontaine", "leo@halation.example", "", "", 21, "Editors", 11000},
	{"Tomás Rey", "tomas@halation.example", "", "", 76, "", 0}, // never active
	{"Clara Weiss", "clara@kestrel-pictures.example", "", "guest", 12, "Client Kestrel", 7200},
	{"Owen Blake", "owen@kestrel-pictures.example", "", "guest", 12, "Client Kestrel", 0},
	{"Lucía Herrera", "lucia@halation.example", "organizer", "pending", 1, "Editors Kestrel", 0},
	{"Maeve Gallagher", "maeve@halation.example", "organizer", "pending", 5, "", 0},
	{"Grace Tan", "grace@lantern-vfx.example", "", "pending", 2, "VFX Vendor", 0},
	{"Bruno Castel", "bruno@castelsound.example", "organizer", "declined", 10, "Sound Vendor", 0},
	{"Pavel Sykora", "pavel@halation.example", "admin", "revoked", 19, "", 0},
	{"Freya Holm", "freya@halation.example", "organizer", "expired", 26, "", 0},
}

// Seed fills an empty database with three teams and users in every state.
func Seed(app core.App) (*SampleTeam, error) {
	s := &seeder{app: app, password: "demo-" + rand.Text()[:12]}
	marta := s.addAccount("Marta Oliveira", "marta@halation.example")
	team := s.addTeam(marta, "Halation Post", "Film finishing, Lisbon", "Europe/Lisbon", ring, 5, 15)
	for _, p := range sampleUsers {
		s.addUser(team, marta, p)
	}
	s.addRoomsAndSessions(team, marta)
	s.addRecordings(team)
	s.invite(team, marta, sampleUser{"Théo Lambert", "theo@halation.example", "admin", "pending", 2, "Producers Kestrel", 61})

	sigrid := s.addAccount("Sigrid Aune", "sigrid@fathom.example")
	fathom := s.addTeam(sigrid, "Fathom Sound", "Sound for film and theatre", "Europe/Oslo", waves, 5, 25)
	s.addUser(fathom, sigrid, sampleUser{"Marta Oliveira", "marta@halation.example", "admin", "", 70, "", 300})
	henrik := s.addAccount("Henrik Aas", "henrik@northlight.example")
	north := s.addTeam(henrik, "Northlight Docs", "Documentary films", "Europe/Oslo", peak, 2, 3)
	s.addUser(north, henrik, sampleUser{"Marta Oliveira", "marta@halation.example", "admin", "pending", 4, "", 300})

	s.addVisit(team, marta, 1)
	s.finish()
	return &SampleTeam{Owner: marta, Team: team, Password: s.password}, s.err
}

// seeder keeps the first error, so that the sample reads as a list.
type seeder struct {
	app          core.App
	password     string
	passwordHash any
	err          error
}

func (s *seeder) addAccount(name, email string) *core.Record {
	if s.err != nil {
		return nil
	}
	if known, err := accounts.Find(s.app, email); err == nil {
		return known
	}
	account, err := accounts.New(s.app, accounts.Params{Email: email, Name: name, Timezone: "Europe/Lisbon", Verified: true})
	if err != nil {
		s.err = err
		return nil
	}
	if s.passwordHash == nil {
		account.SetPassword(s.password)
		s.passwordHash = account.GetRaw("password")
	}
	account.SetRaw("password", s.passwordHash)
	s.err = s.app.Save(account)
	return account
}

func (s *seeder) addTeam(owner *core.Record, name, description, zone string, draw func() []byte, admins, organizers int) *teams.Team {
	if s.err != nil {
		return nil
	}
	team, err := members.CreateTeam(s.app, owner, name, "")
	if err != nil {
		s.err = fmt.Errorf("%s: %w", name, err)
		return nil
	}
	s.backdate("memberships", "user", owner.Id, 300)
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
	team.Set("licences_seen", true) // the sample teams have started long ago
	team.Set("plan_seen", true)
	if s.err = s.app.Save(team); s.err != nil {
		return nil
	}
	actor, err := actors.InTeam(s.app, owner, team.Record)
	if err != nil {
		s.err = err
		return nil
	}
	team, s.err = teams.Update(s.app, actor, teams.Profile{Description: &description, Timezone: &zone, Logo: draw()})
	return team
}

// addUser adds a user or invitee in their state.
func (s *seeder) addUser(team *teams.Team, owner *core.Record, p sampleUser) {
	if s.err != nil {
		return
	}
	defer s.addTagsAndVisit(team, p)
	if p.state == "guest" {
		s.addGuest(team, p)
		return
	}
	id := s.invite(team, owner, p)
	if s.err != nil {
		return
	}
	switch p.state {
	case "":
		account := s.addAccount(p.name, p.email)
		_, s.err = invitations.Accept(s.app, invitations.Response{Account: account, ID: id})
	case "declined":
		account := s.addAccount(p.name, p.email)
		_, s.err = invitations.Decline(s.app, invitations.Response{Account: account, ID: id})
	case "revoked":
		actor, err := actors.InTeam(s.app, owner, team.Record)
		if s.err = err; err == nil {
			_, s.err = invitations.Revoke(s.app, actor, id)
		}
	}
}

// addTagsAndVisit adds the tags and the last visit of a user.
func (s *seeder) addTagsAndVisit(team *teams.Team, p sampleUser) {
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
	if account, err := accounts.Find(s.app, p.email); err == nil && p.minutesAgo > 0 {
		s.addVisit(team, account, p.minutesAgo)
	}
}

func (s *seeder) addVisit(team *teams.Team, account *core.Record, minutes int) {
	if s.err != nil {
		return
	}
	_, s.err = s.app.DB().Insert("visits", dbx.Params{"team": team.Id, "user": account.Id,
		"seen": record.FormatTime(time.Now().Add(-time.Duration(minutes) * time.Minute))}).Execute()
}

func (s *seeder) invite(team *teams.Team, owner *core.Record, p sampleUser) string {
	if s.err != nil {
		return ""
	}
	actor, err := actors.InTeam(s.app, owner, team.Record)
	if err != nil {
		s.err = err
		return ""
	}
	offer := invitations.Request{Lines: []invitations.Line{addresslist.NewEntry(p.name, p.email)}, Roles: parseRoles(p.roles)}
	results, err := invitations.Invite(s.app, actor, offer)
	if err == nil && results[0].Status == invitations.Refused {
		err = fmt.Errorf("%s: %s", p.email, results[0].Message)
	}
	if s.err = err; err != nil {
		return ""
	}
	s.backdate("invitations", "id", results[0].ID, p.daysAgo)
	return results[0].ID
}

func parseRoles(words string) actors.Roles {
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

func (s *seeder) addGuest(team *teams.Team, p sampleUser) {
	account := s.addAccount(p.name, p.email)
	collection, err := s.app.FindCollectionByNameOrId("memberships")
	if err != nil || s.err != nil {
		s.err = err
		return
	}
	membership := core.NewRecord(collection)
	membership.Load(map[string]any{"team": team.Id, "user": account.Id, "kind": actors.Guest})
	s.err = s.app.Save(membership)
	s.backdate("memberships", "user", account.Id, p.daysAgo)
}

// backdate changes the dates of a row directly, because actions can't happen in the past.
func (s *seeder) backdate(table, column, value string, days int) {
	if s.err != nil {
		return
	}
	at := time.Now().Add(-time.Duration(days)*24*time.Hour - time.Duration(days*37)*time.Minute)
	set := dbx.Params{"created": record.FormatTime(at)}
	if table == "invitations" {
		set["expires"] = record.FormatTime(at.Add(invitations.Lifetime))
		if days >= 7 {
			// An invitation must be pending to be accepted; its expiry is backdated later.
			set["expires"] = record.FormatTime(time.Now().Add(time.Hour))
		}
	}
	_, s.err = s.app.DB().Update(table, set, dbx.HashExp{column: value}).Execute()
}

// finish makes members join when they accept, expires overdue invitations and marks the emails of the past as sent.
func (s *seeder) finish() {
	if s.err != nil {
		return
	}
	for _, statement := range []string{
		fmt.Sprintf("UPDATE invitations SET expires = strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', created, '+%d seconds')", int(invitations.Lifetime.Seconds())),
		"UPDATE invitations SET answered = strftime('%Y-%m-%d %H:%M:%fZ', created, '+1 day') WHERE answered != ''",
		`UPDATE memberships SET created = i.answered FROM invitations i
			WHERE i.user = memberships.user AND i.team = memberships.team AND i.status = 'accepted'`,
		"UPDATE outbox SET status = 'sent', sealed = '', sent = created",
	} {
		if _, err := s.app.DB().NewQuery(statement).Execute(); err != nil {
			s.err = err
			return
		}
	}
	s.err = invitations.Expire(s.app)
}
