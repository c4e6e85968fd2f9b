package panel_test

import (
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/views/viewstest"
)

// BenchmarkActiveSessions requests the page of 200 running sessions with five participants each, and the details of one.
func BenchmarkActiveSessions(b *testing.B) {
	s := viewstest.Serve(b, hookstest.Config())
	owner := hookstest.Account(b, s.App, "marta@elsewhere.example")
	team := hookstest.Team(b, s.App, owner, "Halation Post", "unlimited")
	const running, people = 200, 5
	params := dbx.Params{"n": running, "people": people, "team": team.Id, "host": owner.Id}
	hookstest.Exec(b, s.App, `
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:n})
		INSERT INTO sessions (id, team, host, host_name, title, starts, minutes, ends, timezone, status, code, media, resolution, codec, audio, started, created, updated)
		SELECT printf('bench%010d', i), {:team}, {:host}, 'Marta', 'Dailies ' || i, at, 600, strftime('%Y-%m-%d %H:%M:%fZ', at, '+600 minutes'), 'UTC', 'running',
			printf('bench-%d', i), printf('bench%d', i), '1080p', 'vp9', 'stereo', at, at, at
		FROM (SELECT i, strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-' || i || ' seconds') at FROM n)`, params)
	hookstest.Exec(b, s.App, `
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:n} * {:people})
		INSERT INTO attendances (id, team, session, name, sid, joined, "left", created, updated)
		SELECT printf('bench%010d', i), {:team}, s.id, 'Person ' || (i / {:n}), 'P' || i, s.started, '', s.started, s.started
		FROM n JOIN sessions s ON s.id = printf('bench%010d', i % {:n})`, params)
	browser, path := s.As(owner), s.URL+"/admin/"+team.Slug()+"/active"
	b.Run("list", func(b *testing.B) { median(b, browser.Client, path) })
	b.Run("details", func(b *testing.B) { median(b, browser.Client, path+"/bench0000000007") })
}

// BenchmarkAuditLog requests pages of an audit log with 1,000,000 entries by 50 users about 20,000 objects: the newest entries, older
// ones, the timeline of an object and of a user, and filtered ones.
func BenchmarkAuditLog(b *testing.B) {
	s := viewstest.Serve(b, hookstest.Config())
	owner := hookstest.Account(b, s.App, "marta@elsewhere.example")
	team := hookstest.Team(b, s.App, owner, "Halation Post", "unlimited")
	const entries = 1_000_000
	hookstest.Exec(b, s.App, `
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {:n})
		INSERT INTO audit (id, team, seq, actor, actor_name, action, target, target_name, result, detail, address, at, previous, hash)
		SELECT printf('bench%010d', i), {:team}, i + 1000, printf('actor%010d', i % 50), 'User ' || (i % 50), CASE i % 3 WHEN 0 THEN 'session.start' WHEN 1 THEN 'session.end' ELSE 'session.change' END,
			printf('object%09d', i % 20000), 'Session ' || (i % 20000), CASE i % 97 WHEN 0 THEN 'not_allowed' ELSE 'ok' END, '{}', '192.0.2.1',
			strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-' || ({:n} - i) || ' seconds'), '', printf('%064d', i) FROM n`, dbx.Params{"n": entries, "team": team.Id})
	hookstest.Exec(b, s.App, "ANALYZE", nil)
	browser, path := s.As(owner), s.URL+"/admin/"+team.Slug()+"/audit"
	for _, page := range []struct{ name, query string }{
		{"newest", ""},
		{"older", fmt.Sprintf("?before=%d", entries/2)},
		{"timeline of an object", "?person=object000000007"},
		{"timeline of a user", "?person=actor0000000007"},
		{"kind", "?kind=session.end"},
		{"refused", "?result=refused"},
		{"dates", "?from=2026-01-01&to=2099-01-01"},
		{"text", "?person=nobody+is+called+this"},
	} {
		b.Run(page.name, func(b *testing.B) { median(b, browser.Client, path+page.query) })
	}
}
