package api_test

import "testing"

func TestSetRoles_Oneself_BecomesOrganizerImmediately(t *testing.T) {
	w := newWorld(t)
	for _, s := range []struct {
		role  string
		wants []string
		gets  string
	}{
		{"admin", []string{"admin", "organizer"}, `{"roles":["admin","organizer"],"sessions":{"handedOver":0,"cancelled":0}}`},
		{"owner", []string{}, `{"roles":["owner"],"sessions":{"handedOver":0,"cancelled":0}}`},
		{"owner", []string{"organizer"}, `{"roles":["owner","organizer"],"sessions":{"handedOver":0,"cancelled":0}}`},
		{"admin", []string{"organizer"}, `{"roles":["organizer"],"sessions":{"handedOver":0,"cancelled":0}}`},
	} {
		status, body := w.as(s.role, "PUT", w.path("/members/%s/roles", w.people[s.role].Id), object{"roles": s.wants})
		done(t, status, body)
		same(t, body, s.gets)
	}
}

func TestSetRoles_OneselfWithoutAFreeSeat_IsRefused(t *testing.T) {
	w := newWorld(t)
	w.plan("free")
	w.sql("UPDATE teams SET organizer_seats = 2 WHERE id = {:id}", object{"id": w.team.Id})
	status, body := w.as("admin", "PUT", w.path("/members/%s/roles", w.people["admin"].Id), object{"roles": []string{"admin", "organizer"}})
	refused(t, status, body, 400, "roles", "seats_full")
}
