package panel

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/invitations"
	"usher/hooks/people"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// addInput is what somebody typed into Add users.
type addInput struct {
	List, Note string
	Source     string // the name of the file that the list came from
	Roles      actors.Roles
	Parsed     addresslist.List
	Notes      []string // how the list was read
	Uploaded   bool     // entries of a file were put into the list
	Send       bool
	Errors     web.FormErrors
	Status     int
}

func parseAddInput(e *core.RequestEvent) (addInput, error) {
	form, err := readForm(e)
	if err != nil {
		return addInput{}, err
	}
	input := addInput{List: clean(form.Get("list")), Note: clean(form.Get("note")), Source: clean(form.Get("source")), Send: form.Get("do") == "send", Status: http.StatusOK}
	if input.Roles, err = actors.ParseRoles(form.Values["role"]); err != nil {
		return input, err
	}
	if form.FileTooLarge {
		input.Status = http.StatusRequestEntityTooLarge
		input.Errors = web.FormErrors{"file": addresslist.TooLargeText()}
	} else if len(form.File) > 0 {
		input.Source = clean(form.FileName)
		if err := input.addFile(form.File); err != nil {
			return input, err
		}
	}
	input.parse()
	return input, nil
}

// parse reads the list. What was noted of a file stays.
func (i *addInput) parse() {
	i.Parsed = addresslist.Read(i.List)
	if !i.Uploaded {
		i.Notes = i.Parsed.Notes()
	}
}

// addFile puts the entries of a file under what was typed, so that they can be corrected there.
func (i *addInput) addFile(file []byte) error {
	list, err := addresslist.ReadFile(bytes.NewReader(file))
	if faults, ok := web.FormErrorsOf(err); ok {
		i.Errors, i.Status = faults, http.StatusUnprocessableEntity
		return nil
	}
	if err != nil {
		return err
	}
	i.Uploaded = true
	if i.Notes = list.Notes(); list.UnreadableText() != "" {
		i.Notes = append(i.Notes, list.UnreadableText())
	}
	if typed := addresslist.Read(i.List); typed.IsTable {
		i.List = formatEntries(typed.Entries) // a table and the entries of a file have no columns in common
	}
	i.List = strings.TrimSpace(i.List + "\n" + formatEntries(list.Entries))
	return nil
}

// isImport reports whether the list is gone through in the background.
func (i addInput) isImport() bool { return len(i.Parsed.Entries) > invitations.MaxInvite }

func (i addInput) request() invitations.Request {
	return invitations.Request{Lines: i.Parsed.Entries, Roles: i.Roles, Note: i.Note}
}

// formatAsTyped are entries exactly as they were typed; those of a table as they can be typed.
func formatAsTyped(list addresslist.List, left []addresslist.Entry) string {
	if list.IsTable {
		return formatEntries(left)
	}
	var all []string
	for _, e := range left {
		all = append(all, e.Raw)
	}
	return strings.Join(all, "\n")
}

// formatEntries are entries of a table as they can be typed. Rows without an address are left out.
func formatEntries(entries []addresslist.Entry) string {
	var all []string
	for _, e := range entries {
		if !e.Missing() {
			all = append(all, clean(addresslist.Format(e)))
		}
	}
	return strings.Join(all, "\n")
}

// showAddForm is the empty form, with the role that is asked for most.
func showAddForm(e *core.RequestEvent) error {
	input := addInput{Status: http.StatusOK, List: text.Truncate(e.Request.URL.Query().Get("list"), 300)}
	input.parse()
	props, err := loadAdd(e, input)
	if err != nil {
		return err
	}
	for n := range props.Roles {
		props.Roles[n].Checked = props.Roles[n].Value == "organizer" && !props.Roles[n].Disabled && props.OrganizerFree
	}
	props.FileFirst = e.Request.URL.Query().Has("csv")
	return showAdd(e, http.StatusOK, props)
}

// addUsers shows what will happen, and on the second press sends the invitations (R46).
func addUsers(e *core.RequestEvent) error {
	input, err := parseAddInput(e)
	if err != nil {
		return err
	}
	if !input.Send || input.Uploaded || input.Errors != nil {
		return renderPreview(e, input)
	}
	if input.isImport() {
		return startImport(e, input)
	}
	offer := input.request()
	offer.Lines = uniqueLines(offer.Lines)
	results, err := invitations.Invite(e.App, web.Actor(e), offer)
	if faults, ok := web.FormErrorsOf(err); ok {
		web.SetRetryAfter(e, err)
		input.Errors, input.Status = faults, web.StatusCode(err)
		return renderPreview(e, input)
	}
	if err != nil {
		return err
	}
	return renderAdded(e, input, results)
}

// renderPreview shows the form with what will happen to each line.
func renderPreview(e *core.RequestEvent, input addInput) error {
	props, err := loadAdd(e, input)
	if err != nil {
		return err
	}
	return showAdd(e, max(input.Status, props.Status), props)
}

// previewAdd is the part of the form that says what will happen, while somebody types.
func previewAdd(e *core.RequestEvent) error {
	input, err := parseAddInput(e)
	if err != nil {
		return err
	}
	props, err := loadAdd(e, input)
	if err != nil {
		return err
	}
	return web.Render(e, max(input.Status, props.Status), AddPreview(props, input.Uploaded || input.Errors != nil))
}

// renderAdded answers when the list was gone through: back to Users if all went out, else with what is left in the list.
func renderAdded(e *core.RequestEvent, input addInput, results []invitations.Result) error {
	sentence, links, left := splitResults(results)
	if len(links) == 0 && len(left) == 0 {
		web.SetToast(e, sentence)
		return web.Redirect(e, usersPath(e))
	}
	var lines []invitations.Line
	for _, result := range left {
		lines = append(lines, result.Line)
	}
	input.List, input.Parsed, input.Notes = formatAsTyped(input.Parsed, lines), addresslist.List{}, nil
	props, err := loadAdd(e, input)
	if err != nil {
		return err
	}
	props.ResultText, props.Links, props.SkippedCount = sentence, links, len(left)
	for _, result := range left {
		props.LinePreviews = append(props.LinePreviews, newLinePreview(invitations.LinePreview{
			Line: result.Line, Status: result.Status, Code: result.Code, Message: result.Message}))
	}
	status := http.StatusOK
	if len(left) == len(results) {
		status = http.StatusUnprocessableEntity
	}
	return showAdd(e, status, props)
}

// splitResults says in a sentence what went out, and parts the links to hand on from the lines that are left.
func splitResults(results []invitations.Result) (sentence string, links []LinkProps, left []invitations.Result) {
	for _, result := range results {
		switch {
		case result.Status == invitations.Refused:
			left = append(left, result)
		case result.Link != "":
			links = append(links, LinkProps{Name: displayName(result.Line), Link: result.Link})
		}
	}
	switch n := len(results) - len(left); {
	case n == 0:
		sentence = "Nothing was sent."
	case len(links) > 0:
		sentence = ui.Count(n, "person is invited.", "people are invited.")
	default:
		sentence = ui.Count(n, "invitation is on its way.", "invitations are on their way.")
	}
	return sentence, links, left
}

func displayName(line invitations.Line) string {
	if line.Name != "" {
		return line.Name
	}
	return line.Address
}

// uniqueLines drops lines whose address stands further up: a list that names somebody twice asks him once.
func uniqueLines(lines []invitations.Line) []invitations.Line {
	seen := map[string]bool{}
	var once []invitations.Line
	for _, line := range lines {
		if line.Err != nil || !seen[line.Address] {
			once = append(once, line)
		}
		seen[line.Address] = line.Err == nil
	}
	return once
}

func showAdd(e *core.RequestEvent, status int, props AddProps) error {
	page, err := loadUsersPage(e, people.Query{Size: pageSize}, "")
	if err != nil {
		return err
	}
	page.Shell.Page.Title = "Add users · " + web.Actor(e).Team.GetString("name")
	page.Dialog = AddUsers(props)
	return web.Render(e, status, Users(page))
}
