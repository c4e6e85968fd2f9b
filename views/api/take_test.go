package api_test

import "testing"

func TestSetRoles_Self_BecomesOrganizerImmediately(t *testing.T) {
	w := newFixture(t)
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
		status, body := w.callAs(s.role, "PUT", w.path("/members/%s/roles", w.accounts[s.role].Id), object{"roles": s.wants})
		requireOK(t, status, body)
		assertJSON(t, body, s.gets)
	}
}

func TestSetRoles_SelfWithoutFreeSeat_IsRefused(t *testing.T) {
	w := newFixture(t)
	w.setPlan("free")
	w.exec("UPDATE teams SET organizer_seats = 2 WHERE id = {:id}", object{"id": w.team.Id})
	status, body := w.callAs("admin", "PUT", w.path("/members/%s/roles", w.accounts["admin"].Id), object{"roles": []string{"admin", "organizer"}})
	assertRefused(t, status, body, 400, "roles", "seats_full")
}
