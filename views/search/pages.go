package search

import (
	"usher/hooks/passkeys"
	"usher/hooks/paths"
	"usher/hooks/sessions"
)

// page is a page or a part of one. It's found by its label and by other words.
type page struct{ label, words, area, href, icon string }

// pageResults returns the pages that the actor may open, in every area. Without a query they are those of the shell's navigation.
func pageResults(q Query) (Group, error) {
	group := Group{Title: "Pages"}
	if q.Text == "" {
		for _, part := range q.Shell.Nav {
			for _, item := range part.Items {
				group.Items = append(group.Items, Item{Label: item.Label, Href: item.Href, Icon: item.Icon})
			}
		}
		if foot := q.Shell.FooterLink; foot != nil {
			group.Items = append(group.Items, Item{Label: foot.Label, Href: foot.Href, Icon: foot.Icon})
		}
		return group, nil
	}
	all := append(appPages(q), accountPages(q)...)
	if q.inPanel {
		all = append(panelPages(q), all...)
	} else {
		all = append(all, panelPages(q)...)
	}
	for _, one := range all {
		if q.matches(one.label + " " + one.words + " " + one.area) {
			group.Items = append(group.Items, Item{Label: one.label, Subtitle: one.area, Href: one.href, Icon: one.icon})
		}
	}
	return group, nil
}

func panelPages(q Query) []page {
	if !q.Actor.CanUsePanel() {
		return nil
	}
	const area = "Admin Panel"
	team := slug(q)
	all := []page{
		{"Users", "people members guests invitations", area, paths.Users(team), "users"},
		{"Imports and bulk actions", "csv upload report lists jobs background", area, paths.Imports(team), "upload"},
		{"Roles and permissions", "rights who may do what", area, paths.Permissions(team), "shield-check"},
		{"Billing & plans", "seats licences limits add-ons price upgrade", area, paths.Billing(team), "armchair"},
		{"Rooms", "spaces links", area, paths.PanelRooms(team), "door-open"},
		{"Recordings", "library videos storage", area, paths.PanelRecordings(team), "clapperboard"},
		{"Trash of recordings", "deleted restore bin", area, paths.PanelRecordings(team) + "?show=trash", "trash-2"},
		{"Archived rooms", "restore spaces", area, paths.ArchivedRooms(team), "archive"},
		{"Settings", "profile logo name description time zone email mail api", area, paths.Settings(team), "settings"},
		{"Audit log", "history activity events who did what", area, paths.AuditLog(team), "scroll-text"},
	}
	if q.Actor.CanDeleteTeam() {
		all = append(all, page{"Delete team", "remove close", area, paths.DeleteTeam(team), "trash-2"})
	}
	return all
}

func appPages(q Query) []page {
	const area = "App"
	team := slug(q)
	all := []page{
		{"Home", "start next", area, paths.App(team), "house"},
		{"Calendar", "week month agenda feed schedule subscribe", area, paths.Calendar(team), "calendar"},
		{"Sessions", "meetings schedule upcoming", area, paths.Sessions(team), "video"},
		{"Recordings", "library videos watch shared", area, paths.AppRecordings(team), "clapperboard"},
		{"Past sessions", "meetings history attendance", area, paths.SessionsShown(team, sessions.ShowPast), "history"},
	}
	if q.Actor.CanSeeRooms() {
		all = append(all, page{"Rooms", "spaces bookings free times", area, paths.AppRooms(team), "door-open"})
	}
	return all
}

func accountPages(q Query) []page {
	const area = "Account"
	all := []page{
		{"Profile", "name picture photo avatar time zone", area, paths.AccountProfile, "circle-user"},
		{"Email address", "mail change", area, paths.AccountAddress, "at-sign"},
		{"Password", "change security", area, paths.AccountPassword, "key-round"},
		{"Two-factor authentication", "2fa second step authenticator app code recovery security", area, paths.TwoFactors, "shield-check"},
		{"Devices", "where signed in logins security", area, paths.AccountDevices, "laptop"},
		{"Delete account", "remove close", area, paths.AccountDelete, "trash-2"},
	}
	if passkeys.Available(q.App) {
		all = append(all, page{"Passkeys", "fingerprint face security key sign in", area, paths.AccountPasskeys, "key-round"})
	}
	for _, item := range q.Shell.Switcher.Items {
		all = append(all, page{item.Label, "switch choose new organization", area, item.Href, item.Icon})
	}
	all = append(all, page{"Help", "questions answers how support rooms licences seats what", "Help", paths.Help, "circle-question-mark"},
		page{"Contact support", "request help email", "Help", paths.Support, "mail"})
	return append(all, page{"API reference", "developers rest openapi documentation", "Help", paths.APIDocs, "external-link"})
}
