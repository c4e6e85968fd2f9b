package ui_test

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"usher/static"
	"usher/views/ui"

	"github.com/a-h/templ"
)

func raw(f string) templ.Component {
	b, err := os.ReadFile("/tmp/gallery/" + f)
	if err != nil {
		panic(err)
	}
	return templ.Raw(string(b))
}

func join(cs ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, c := range cs {
			if err := c.Render(templ.ClearChildren(ctx), w); err != nil {
				return err
			}
		}
		return nil
	})
}

func with(outer templ.Component, inner ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, join(inner...)), w)
	})
}
func el(open, close string, in ...templ.Component) templ.Component {
	return join(templ.Raw(open), join(in...), templ.Raw(close))
}

func shell(title string) ui.ShellProps {
	return ui.ShellProps{
		Page:     ui.PageProps{Title: title, Events: "/events"},
		Switcher: ui.Switcher{Name: "Halation Post", Small: "Admin Panel", Label: "Switch team", Entries: []ui.SwitcherEntry{{Name: "Halation Post", Small: "Owner", Current: true, Href: "/"}, {Name: "Fathom Sound", Small: "Admin", Href: "/x"}}, Items: []ui.MenuItem{{Label: "Choose a team", Icon: "layout-grid", Href: "/teams"}, {Label: "Make a new team", Icon: "plus", Href: "/teams"}}},
		Nav: []ui.NavGroup{{Title: "People", Items: []ui.NavItem{{Label: "Users", Href: "/", Icon: "users", Count: "24", Current: true}}},
			{Title: "Spaces", Items: []ui.NavItem{{Label: "Rooms", Href: "/", Icon: "door-open", Count: "5"}}},
			{Title: "Monitoring", Items: []ui.NavItem{{Label: "Licences", Href: "/", Icon: "ticket", Count: "2 of 5"}, {Label: "Active sessions", Href: "/", Icon: "radio", Count: "2", Live: true, CountNote: "running"}, {Label: "Recordings", Href: "/", Icon: "clapperboard"}}},
			{Title: "Insight", Items: []ui.NavItem{{Label: "Usage", Href: "/", Icon: "chart-column"}}},
			{Title: "Team", Items: []ui.NavItem{{Label: "Billing & plans", Href: "/", Icon: "credit-card"}, {Label: "Settings", Href: "/", Icon: "settings"}, {Label: "Audit log", Href: "/", Icon: "scroll-text"}}}},
		Foot:   &ui.NavItem{Label: "Open the App", Href: "/app", Icon: "layout-grid", Away: true},
		Person: ui.Person{Name: "Marta Oliveira", Small: "Owner", Items: []ui.MenuItem{{Label: "Your account", Icon: "circle-user", Href: "/account", Divided: true}, {Label: "Sign out", Icon: "log-out", Post: "/signout"}}},
		Crumbs: []ui.Crumb{{Label: "Halation Post", Href: "/"}, {Label: "Users"}},
		Find:   "/find",
	}
}

func TestGallery(t *testing.T) {
	addr := os.Getenv("GALLERY")
	if addr == "" {
		t.Skip()
	}
	pages := map[string]templ.Component{}
	bar := el(`<div class="bar">`, `</div>`, ui.Filters("Filter by state", []ui.Filter{{Label: "All", Count: "24", Current: true, Href: "/"}, {Label: "Accepted", Count: "18", Href: "/"}, {Label: "Pending", Count: "4", Href: "/"}, {Label: "Declined", Count: "1", Href: "/"}, {Label: "Revoked", Count: "1", Href: "/"}, {Label: "Expired", Count: "1", Href: "/"}, {Label: "Guests", Count: "2", Href: "/"}}, nil),
		el(`<form class="right" role="search">`, `</form>`, ui.SearchBox(ui.SearchBoxProps{Name: "q", Label: "Search by name or address", Placeholder: "Name or address"}), ui.Pick(ui.FieldProps{ID: "tag", Name: "tag", Label: "Tag"}, []ui.Option{{Label: "All tags"}, {Label: "Client"}})))
	head := with(ui.Head(ui.HeadProps{Title: "Users"}), ui.ButtonLink("/add", ui.ButtonProps{Label: "Add users", Icon: "user-plus"}))
	row := func(name, mail string, checked bool) templ.Component {
		return el(`<tr role="row">`, `</tr>`, el(`<td role="cell" class="col-check">`, `</td>`, ui.SelectRow("id", "x", "Select "+name, checked)), el(`<td role="cell">`, `</td>`, ui.Who(ui.WhoProps{Name: name, Small: mail, Href: "/details", Note: "(you)", You: true})),
			el(`<td role="cell" class="col-roles">`, `</td>`, with(ui.Chips(), ui.Chip(ui.ChipProps{Label: "Owner", Look: "owner"}), ui.Chip(ui.ChipProps{Label: "Organizer", State: "pending", Note: "pending"}), ui.Chip(ui.ChipProps{Label: "Organizer", State: "expired", Note: "expired"}))),
			el(`<td role="cell" class="col-status">`, `</td>`, ui.Status("revoked", "Revoked")), el(`<td role="cell" class="col-active">`, `</td>`, ui.Time(time.Now().Add(-3*time.Hour), nil, ui.Relative)),
			el(`<td role="cell" class="end col-menu">`, `</td>`, ui.Menu(ui.MenuProps{Label: "Actions for " + name, Items: []ui.MenuItem{{Label: "Open", Icon: "user", Href: "/"}, {Label: "Resend", Icon: "mail", Post: "/r"}, {Label: "Remove…", Icon: "user-minus", Href: "/", Danger: true, Divided: true}}})))
	}
	table := el(`<div class="sheet"><table class="table stack" role="table" data-rows><caption class="sr">Users</caption><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col" class="col-check">`, `</tbody></table></div>`, ui.SelectAll("Select all on this page"), templ.Raw(`</th>`), ui.SortHead(ui.SortHeadProps{Label: "Person", Href: "/"}), templ.Raw(`<th role="columnheader" scope="col">Roles</th><th role="columnheader" scope="col">Status</th>`), ui.SortHead(ui.SortHeadProps{Label: "Last active", Href: "/", Sorted: "descending", Class: "col-active"}), templ.Raw(`<th role="columnheader" scope="col" class="col-menu"><span class="sr">Actions</span></th></tr></thead><tbody role="rowgroup">`), row("Marta Oliveira", "marta@halation.film", true), row("Jonas Keller", "jonas@halation.film", false))
	foot := with(ui.Pager(ui.PagerProps{From: 1, To: 10, Total: 24, Next: "/n"}), with(ui.Bulk(1), ui.Button(ui.ButtonProps{Label: "Tag", Icon: "tag", Size: "sm"}), ui.Button(ui.ButtonProps{Label: "Remove…", Icon: "user-minus", Size: "sm"})))
	pages["/users"] = with(ui.Shell(shell("Users")), head, raw("strip.html"), bar, raw("rows.html"), with(ui.Pager(ui.PagerProps{From: 1, To: 10, Total: 24, Next: "/n"}), with(ui.Bulk(3), ui.Button(ui.ButtonProps{Label: "Tag", Icon: "tag", Size: "sm"}), ui.Button(ui.ButtonProps{Label: "Resend 2 invitations", Icon: "mail", Size: "sm", Class: "opt"}), ui.Button(ui.ButtonProps{Label: "Remove…", Icon: "user-minus", Size: "sm"}))))
	pages["/list"] = with(ui.Shell(shell("Users")), head, raw("strip.html"), bar, el(`<form class="list" data-select-scope>`, `</form>`, table, foot))
	ds := shell("Users")
	ds.Crumbs = append(ds.Crumbs[:1], ui.Crumb{Label: "Users", Href: "/"}, ui.Crumb{Label: "Théo Lambert"})
	ds.Details = with(ui.Details(ui.DetailsProps{Label: "Théo Lambert", Place: "4 of 24", Back: "/a", Next: "/b", Close: "/list", Copy: true}), raw("details.html"))
	pages["/details"] = with(ui.Shell(ds), head, raw("strip.html"), bar, raw("rows.html"), foot)
	pages["/add"] = with(ui.Shell(shell("Add users")), head, raw("strip.html"), bar, raw("rows.html"), foot, with(ui.Dialog(ui.DialogProps{ID: "add-d1", Title: "Add users", Text: "They get a mail with a link that is good for 7 days. Nobody joins before accepting.", Wide: true, Open: true, Close: "/users", Footer: join(with(ui.Fine(), templ.Raw("4 lines are left out and stay in the list.")), ui.ButtonLink("/users", ui.ButtonProps{Label: "Cancel", Variant: "outline"}), ui.Button(ui.ButtonProps{Label: "Send 2 invitations", Icon: "mail", Form: "add"}))}), raw("two.html")))
	pages["/confirm"] = with(ui.Shell(shell("Remove")), head, bar, table, with(ui.Confirm(ui.ConfirmProps{ID: "rm", Title: "Remove Théo Lambert from Halation Post?", Text: "", Action: "/rm", Yes: "Remove", Danger: true, Open: true, Close: "/users"}), templ.Raw(`<p>Ends access at once, frees 1 Organizer seat and the reserved Admin seat.</p>`), ui.Select(ui.FieldProps{ID: "h", Name: "handover", Label: "Hand the 3 future sessions to", Value: "b"}, []ui.Option{{"a", "Jonas Keller", false}, {"b", "Priya Raman", false}})))
	es := shell("Users")
	es.Page.Toast = &ui.ToastProps{Text: "Logo changed.", Action: "Undo", Post: "/undo"}
	es.Notices = join(ui.Notice(ui.NoticeProps{Title: "Confirm your address.", Text: "We sent a link to marta@halation.film.", Actions: ui.Button(ui.ButtonProps{Label: "Send it again", Variant: "outline", Size: "sm"})}), ui.Notice(ui.NoticeProps{Kind: "bad", Title: "No.", Text: "The plan ends tomorrow."}), ui.Notice(ui.NoticeProps{Kind: "ok", Text: "Done."}), ui.Notice(ui.NoticeProps{Kind: "info", Text: "Somebody is here."}))
	pages["/empty"] = with(ui.Shell(es), head, raw("strip.html"), raw("fresh.html"), el(`<div class="sheet">`, `</div>`, with(ui.Blank(ui.BlankProps{Icon: "door-open", Title: "No room yet", Text: []string{"A room is a lasting place with its own link."}}), ui.Button(ui.ButtonProps{Label: "New room", Big: true}))))
	fields := el(`<form class="form" method="post">`, `</form>`,
		ui.ErrorSummary([]ui.FieldError{{"email", "Enter an address with an @."}, {"pw", "Use at least 10 characters."}}),
		ui.Field(ui.FieldProps{ID: "name", Name: "name", Label: "Your name", Value: "Marta", Max: 60, Autocomplete: "name", Required: true}),
		ui.Field(ui.FieldProps{ID: "email", Name: "email", Label: "Address", Type: "email", Value: "marta.example.com", Error: "Enter an address with an @.", Help: "We send a link there.", Autocomplete: "email"}),
		ui.Password(ui.FieldProps{ID: "pw", Name: "password", Label: "Password", Help: "At least 10 characters. No word list, no address.", Error: "Use at least 10 characters.", Autocomplete: "new-password"}),
		ui.TextArea(ui.FieldProps{ID: "note", Name: "note", Label: "Note", Hint: "optional", Rows: 3}),
		ui.Select(ui.FieldProps{ID: "s", Name: "s", Label: "Plan", Value: "b"}, []ui.Option{{"a", "Free", false}, {"b", "Studio", false}}),
		ui.Field(ui.FieldProps{ID: "tz", Name: "timezone", Label: "Time zone", List: "zones", Attrs: templ.Attributes{"data-detect": true}}), ui.TimeZones("zones"),
		ui.FileField(ui.FieldProps{ID: "f", Name: "f", Label: "Logo", Accept: "image/png", Help: "PNG, at most 1 MB."}),
		with(ui.Group(ui.GroupProps{ID: "roles", Legend: "Roles they are asked to take", Help: "Without a role they join as plain members."}), ui.CheckRow(ui.CheckRowProps{Name: "role", Value: "o", Label: "Organizer", Text: "Schedules and hosts sessions.", Note: "2 seats free", Checked: true}), ui.CheckRow(ui.CheckRowProps{Name: "role", Value: "a", Label: "Admin", Text: "Manages people.", Note: "1 seat free"}), ui.CheckRow(ui.CheckRowProps{Name: "rad", Value: "a", Label: "Radio without note", Text: "Some words here that may be long enough to wrap.", Radio: true, Checked: true})),
		el(`<div class="acts">`, `</div>`, ui.Button(ui.ButtonProps{Label: "Save"}), ui.Button(ui.ButtonProps{Label: "Other", Variant: "outline"}), ui.Button(ui.ButtonProps{Label: "Ghost", Variant: "ghost"}), ui.Button(ui.ButtonProps{Label: "Delete", Variant: "destructive"}), ui.CopyButton("/invite/abc", "Link copied.", ui.ButtonProps{Label: "Copy link", Icon: "copy", Variant: "outline"})))
	pages["/form"] = with(ui.Shell(shell("Form")), with(ui.Head(ui.HeadProps{Title: "Settings", Sub: "of the team"})), fields, ui.Progress("x", 3, 10))
	pages["/signin"] = with(ui.Public(ui.PublicProps{Page: ui.PageProps{Title: "Sign in"}, Footer: templ.Raw(`New here? <a class="link" href="/signup">Make an account</a>`)}), with(ui.Letter(), with(ui.LetterPart(), ui.LetterHead("", "Halation Post", "Film finishing, Lisbon"), templ.Raw(`<h1>Sign in</h1><p class="lede">To answer the invitation.</p>`)), with(ui.LetterPart(), fields)))
	inv, _ := os.ReadFile("/work/shared/mockups/invitation.html")
	s := string(inv)
	pages["/invitation"] = with(ui.Public(ui.PublicProps{Page: ui.PageProps{Title: "Invitation"}}), templ.Raw(s[index(s, "<article"):index(s, "</main>")]))
	pages["/error"] = ui.ErrorPage(ui.ErrorProps{Status: 404, Title: "There is nothing at this address", Text: "The link is old, or the page was never in your team. Nothing was changed.", Action: "Go to your teams", Href: "/teams", RequestID: "abc123", Support: "help@halation.film"})
	http.Handle("/static/", static.Handler())
	http.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "event: users\ndata: 1\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		b, err := templ.ToGoHTML(r.Context(), p)
		if r.URL.Query().Get("t") == "dark" {
			b = template.HTML(strings.Replace(string(b), "<html ", "<html data-theme=\"dark\" ", 1))
		}
		_, _ = io.WriteString(w, string(b))
		if err != nil {
			t.Error(err)
		}
	})
	t.Log(http.ListenAndServe(addr, nil))
}

func index(s, sub string) int {
	for i := range s {
		if len(s) >= i+len(sub) && s[i:i+len(sub)] == sub {
			return i
		}
	}
	return -1
}
