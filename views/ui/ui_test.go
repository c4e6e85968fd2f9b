package ui_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"usher/static"
	"usher/views/ui"
)

const maliciousText = `"><script>alert(1)</script><img src=x onerror=alert(1) style="x">`

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func assertContains(t *testing.T, html string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s, want it to contain %q", want, html, want)
		}
	}
}

// allComponents draws each component with text in every place that takes text.
func allComponents(text string) map[string]templ.Component {
	link := "/x?q=" + text
	item := ui.MenuItem{Label: text, Icon: "user", Href: link, DividerAbove: true}
	post := ui.MenuItem{Label: text, Icon: "log-out", Post: link, Danger: true, Fields: []ui.HiddenField{{Name: text, Value: text}}}
	nav := ui.NavItem{Label: text, Href: link, Icon: "users", Count: text, CountNote: text, Live: true, Current: true}
	toast := ui.ToastProps{Text: text, Action: text, Post: link, Fields: []ui.HiddenField{{Name: text, Value: text}}}
	page := ui.PageProps{Title: text, Lang: text, Events: link, Toast: &toast, NoIndex: true, Scripts: []string{link}}
	field := ui.FieldProps{ID: "f", Name: text, Label: text, Value: text, Help: text, Error: text, Hint: text, Placeholder: text, List: text, MaxLength: 60, Rows: 3, Required: true}
	fine := ui.Notice(ui.NoticeProps{Kind: "bad", Title: text, Text: text, Actions: ui.Tag(text)})
	return map[string]templ.Component{
		"shell": ui.Shell(ui.ShellProps{
			Page: page, SearchURL: link, HeaderActions: fine, Notices: fine, FooterLink: &nav,
			Switcher:    ui.Switcher{Name: text, Subtitle: text, Logo: link, Label: text, Entries: []ui.SwitcherEntry{{Name: text, Subtitle: text, Href: link, Current: true}}, Items: []ui.MenuItem{item}},
			Nav:         []ui.NavGroup{{Title: text, Items: []ui.NavItem{nav}}},
			UserMenu:    ui.UserMenu{Name: text, Subtitle: text, Items: []ui.MenuItem{item, post}},
			Breadcrumbs: []ui.Breadcrumb{{Label: text, Href: link}, {Label: text}, {Label: text}},
			Drawer:      ui.Drawer(ui.DrawerProps{Label: text, Position: text, PreviousURL: link, NextURL: link, CloseURL: link, CopyLink: true}),
		}),
		"public":   ui.Public(ui.PublicProps{Page: page, Footer: ui.CardHeader(link, text, text)}),
		"error":    ui.ErrorPage(ui.ErrorProps{Status: 404, Title: text, Text: text, Action: text, Href: link, RequestID: text, Support: text}),
		"field":    ui.Field(field),
		"area":     ui.TextArea(field),
		"file":     ui.FileField(field),
		"password": ui.Password(field),
		"select":   ui.Select(field, []ui.Option{{Value: text, Label: text}}),
		"pick":     ui.InlineSelect(field, []ui.Option{{Value: text, Label: text}}),
		"zones":    ui.TimeZones(text),
		"group":    ui.FieldGroup(ui.FieldGroupProps{ID: "g", Legend: text, Help: text, Error: text}),
		"check":    ui.CheckRow(ui.CheckRowProps{ID: text, Name: text, Value: text, Label: text, Text: text, Note: text}),
		"errors":   ui.ErrorSummary([]ui.FieldError{{ID: text, Message: text}, {Message: text}}),
		"button":   ui.Button(ui.ButtonProps{Label: text, Icon: "plus", Variant: text, Size: "icon", Name: text, Value: text, Form: text, Class: text}),
		"link":     ui.ButtonLink(link, ui.ButtonProps{Label: text, IconEnd: "chevron-right"}),
		"copy":     ui.CopyButton(text, text, ui.ButtonProps{Label: text, Icon: "link"}),
		"menu":     ui.Menu(ui.MenuProps{Label: text, Items: []ui.MenuItem{item, post}, OpensUp: true}),
		"logo":     ui.Logo(ui.LogoProps{URL: link, Name: text, Size: "lg"}),
		"initials": ui.Logo(ui.LogoProps{Name: text, Size: text}),
		"avatar":   ui.Avatar(ui.AvatarProps{Name: text, You: true, Size: text}),
		"picture":  ui.Avatar(ui.AvatarProps{Name: text, ImageURL: link, Size: text}),
		"setting":  ui.SettingsSection(ui.SettingsSectionProps{ID: text, Title: text, Text: text}),
		"who":      ui.PersonItem(ui.PersonItemProps{Name: text, Subtitle: text, Note: text, Href: link}),
		"chip":     ui.Chip(ui.ChipProps{Label: text, Note: text, Variant: text, State: "expired", Kind: text}),
		"status":   ui.Status(text, text),
		"notice":   fine,
		"toast":    ui.ToastSwap(ui.ToastProps{Kind: "bad", Text: text, Action: text, Href: link}),
		"head":     ui.PageHeader(ui.PageHeaderProps{Title: text, Subtitle: text}),
		"part":     ui.Subsection(text),
		"blank":    ui.EmptyState(ui.EmptyStateProps{Icon: "door-open", Title: text, Text: []string{text}}),
		"progress": ui.Progress(text, 1, 2),
		"filters":  ui.Filters(text, []ui.Filter{{Label: text, Count: text, Href: link, Current: true}}, nil),
		"search":   ui.SearchBox(ui.SearchBoxProps{ID: text, Name: text, Value: text, Label: text, Placeholder: text}),
		"pager":    ui.Pager(ui.PagerProps{From: 1, To: 10, Total: 10_000, Next: link}),
		"bulk":     ui.BulkBar(3),
		"all":      ui.SelectAll(text),
		"row":      ui.SelectRow(text, text, text, true),
		"sort":     ui.SortHeader(ui.SortHeaderProps{Label: text, Href: link, Sorted: "ascending", Class: text}),
		"dialog":   ui.Dialog(ui.DialogProps{ID: "d", Title: text, Text: text, Wide: true, Open: true, CloseURL: link, Footer: ui.Tag(text)}),
		"confirm":  ui.Confirm(ui.ConfirmProps{ID: "c", Title: text, Text: text, Action: link, Fields: []ui.HiddenField{{Name: text, Value: text}}, ConfirmLabel: text, CancelLabel: text, Danger: true}),
		"time":     ui.Time(time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), nil, ui.Relative),
	}
}

func TestComponents_EscapeText(t *testing.T) {
	for name, c := range allComponents(maliciousText) {
		html := render(t, c)
		if strings.Contains(html, "<script>alert") || strings.Contains(html, "<img src=x") {
			t.Errorf("%s lets markup through: %s, want no %q or %q", name, html, "<script>alert", "<img src=x")
		}
	}
}

// A strict Content-Security-Policy refuses these, silently.
func TestComponents_HaveNoInlineCode(t *testing.T) {
	tag := regexp.MustCompile(`<[a-zA-Z][^>]*>`)
	inline := regexp.MustCompile(`\s(style|on[a-z]+|hx-on[^=]*|hx-vals)=`)
	for name, c := range allComponents("plain") {
		html := render(t, c)
		for _, tag := range tag.FindAllString(html, -1) {
			if inline.MatchString(tag) {
				t.Errorf("%s: inline %s", name, tag)
			}
			if strings.HasPrefix(tag, "<script") && !strings.Contains(tag, " src=") || strings.HasPrefix(tag, "<style") {
				t.Errorf("%s: inline %s", name, tag)
			}
		}
		if strings.Contains(html, "javascript:") || strings.Contains(html, "//cdn") {
			t.Errorf("%s: %s, want no %q or %q", name, html, "javascript:", "//cdn")
		}
	}
}

func TestLinks_ScriptURL_IsRefused(t *testing.T) {
	bad := "javascript:alert(1)"
	for name, c := range map[string]templ.Component{
		"link": ui.ButtonLink(bad, ui.ButtonProps{}), "menu": ui.Menu(ui.MenuProps{Items: []ui.MenuItem{{Href: bad}, {Post: bad}}}),
		"who": ui.PersonItem(ui.PersonItemProps{Href: bad}), "filters": ui.Filters("", []ui.Filter{{Href: bad}}, nil), "dialog": ui.Dialog(ui.DialogProps{CloseURL: bad}),
	} {
		if html := render(t, c); strings.Contains(html, bad) {
			t.Errorf("%s: %s, want no %q", name, html, bad)
		}
	}
}

func TestField_Error_IsAnnounced(t *testing.T) {
	p := ui.FieldProps{ID: "email", Name: "email", Label: "Address", Type: "email", Value: "a", Help: "Help.", Error: "No @.", MaxLength: 254, Autocomplete: "email", Required: true}
	html := render(t, ui.Field(p))
	assertContains(t, html, `<label for="email">Address</label>`, `id="email"`, `name="email"`, `type="email"`, `value="a"`, `aria-invalid="true"`,
		`aria-describedby="email-e email-h"`, `id="email-e"`, `id="email-h"`, `No @.`, `maxlength="254"`, `254 characters at most`, `autocomplete="email"`, ` required`)

	p.Error, p.Help, p.Required = "", "", false
	html = render(t, ui.Field(p))
	for _, gone := range []string{"aria-invalid", "aria-describedby", "required", "-e\""} {
		if strings.Contains(html, gone) {
			t.Errorf("a field without error has %s: %s, want no %q", gone, html, gone)
		}
	}
}

func TestErrorSummary_LinksToFields(t *testing.T) {
	assertContains(t, render(t, ui.ErrorSummary([]ui.FieldError{{ID: "email", Message: "No @."}})), `role="alert"`, `tabindex="-1"`, `href="#email"`, "There is a problem")
	assertContains(t, render(t, ui.ErrorSummary([]ui.FieldError{{Message: "a"}, {Message: "b"}})), "There are 2 problems")
	if html := render(t, ui.ErrorSummary(nil)); html != "" {
		t.Errorf("no errors: %s, want none", html)
	}
}

func TestPassword_Value_IsNotRendered(t *testing.T) {
	if html := render(t, ui.Password(ui.FieldProps{ID: "p", Name: "p", Value: "secret"})); strings.Contains(html, "secret") {
		t.Error(html)
	}
}

func TestSelect_MarksSelectedOption(t *testing.T) {
	html := render(t, ui.Select(ui.FieldProps{ID: "s", Name: "s", Label: "S", Value: "b"}, []ui.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}))
	assertContains(t, html, `<option value="a">A</option>`, `<option value="b" selected>B</option>`)
}

func TestButton_IconOnly_HasAccessibleName(t *testing.T) {
	html := render(t, ui.Button(ui.ButtonProps{Label: "Close", Icon: "x", Size: "icon-sm"}))
	assertContains(t, html, `aria-label="Close"`)
	if strings.Contains(html, ">Close<") {
		t.Error(html)
	}
}

func TestPager_FirstPage_HasNoPreviousLink(t *testing.T) {
	html := render(t, ui.Pager(ui.PagerProps{From: 1, To: 50, Total: 10_000, Next: "/n"}))
	assertContains(t, html, "1 to 50 of 10,000", `aria-disabled="true"`, `href="/n"`)
	if strings.Count(html, "href=") != 1 {
		t.Errorf("a link to a page that is not there: %s, want 1", html)
	}
}

func TestDialog_WithoutScript_Works(t *testing.T) {
	open := render(t, ui.Dialog(ui.DialogProps{ID: "d", Title: "T", Text: "x", Open: true, CloseURL: "/back"}))
	assertContains(t, open, " open", `href="/back"`, `aria-labelledby="d-t"`, `aria-describedby="d-d"`, "data-dismiss")
	closed := render(t, ui.Confirm(ui.ConfirmProps{ID: "c", Title: "T", Action: "/do", ConfirmLabel: "Remove"}))
	assertContains(t, closed, `method="dialog"`, `action="/do"`, `form="c-f"`, `id="c-f"`)
}

func TestPage_LoadsItsAssets(t *testing.T) {
	html := render(t, ui.Page(ui.PageProps{Title: "T", Events: "/events"}))
	for _, name := range []string{"main.css", "js/theme.js", "js/main.js", "vendor/htmx.min.js", "vendor/hx-sse.min.js", "icons/usher.svg"} {
		assertContains(t, html, `"`+static.URL(name)+`"`)
	}
	if strings.Contains(render(t, ui.Page(ui.PageProps{})), "hx-sse") {
		t.Error("a page without events loads the extension for them")
	}
}

// Every icon that is shipped is named somewhere: in a template, in code or in a script.
func TestIcon_UnusedIcons_AreNotShipped(t *testing.T) {
	var source []byte
	for _, root := range []string{"..", "../../static/js"} {
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			ext := filepath.Ext(path)
			if err != nil || ext != ".templ" && ext != ".go" && ext != ".js" || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
				return err
			}
			text, err := os.ReadFile(path)
			source = append(source, text...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	names, err := os.ReadFile("../../static/icons/lucide.txt")
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := filepath.Glob("../../static/icons/lucide-*.svg")
	if listed := strings.Fields(string(names)); err != nil || len(listed) != len(shipped) || len(listed) < 20 {
		t.Errorf("%d icons are listed, %d are shipped, %v, want %v and at least 20", len(listed), len(shipped), err, len(shipped))
	}
	for _, name := range strings.Fields(string(names)) {
		if _, err := static.Icon(name); err != nil {
			t.Error(err)
		}
		if !bytes.Contains(source, []byte(`"`+name+`"`)) {
			t.Errorf("nothing shows the icon %q: take it out of static/icons/lucide.txt and run static/vendor.sh", name)
		}
	}
}

// Every icon that a template of any area names, and every one that code names in a prop.
func TestIcon_NamesExist(t *testing.T) {
	called := regexp.MustCompile(`\bIcon(?:Size|Label)?\("([^"]+)"`)
	prop := regexp.MustCompile(`\bIcon(?:End)?:\s*"([^"]+)"`)
	found := 0
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if ext := filepath.Ext(path); ext != ".templ" && ext != ".go" {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, re := range []*regexp.Regexp{called, prop} {
			for _, m := range re.FindAllSubmatch(source, -1) {
				found++
				if _, err := static.Icon(string(m[1])); err != nil {
					t.Errorf("%s: no icon %q; add it to static/icons/lucide.txt and run static/vendor.sh", path, m[1])
				}
			}
		}
		return nil
	})
	if err != nil || found < 20 {
		t.Errorf("read %d names of icons: %v, want at least 20", found, err)
	}
	for _, state := range []string{"accepted", "pending", "declined", "revoked", "expired"} {
		assertContains(t, render(t, ui.Status(state, "Word")), "<svg", "Word", `data-state="`+state+`"`)
	}
	for _, kind := range []string{"", "info", "ok", "bad"} {
		assertContains(t, render(t, ui.Notice(ui.NoticeProps{Kind: kind})), "<svg")
	}
}

func TestIcon_UnknownName_Panics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown icon was drawn")
		}
	}()
	render(t, ui.Icon("no-such-icon"))
}
