package panel

import (
	"bytes"
	"net/http"
	"slices"
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

// nothingSent is the result when every line was refused.
const nothingSent = "No invitations were sent."

// addInput is the submitted Add users form.
type addInput struct {
	List, Note string
	Source     string // name of the file the list came from
	Roles      actors.Roles
	Parsed     addresslist.List
	Notes      []string // on how the list was read
	Uploaded   bool     // entries of a file were added to the list
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

// parse reads the list. Notes about an uploaded file are kept.
func (i *addInput) parse() {
	i.Parsed = addresslist.Read(i.List)
	if !i.Uploaded {
		i.Notes = i.Parsed.Notes()
	}
}

// addFile appends the entries of a file to the typed list, where they can be corrected.
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
	typed := addresslist.Read(i.List)
	if all := slices.Concat(typed.Entries, list.Entries); addresslist.HasExtras(all) {
		i.List = formatEntries(all)
		return nil
	}
	if typed.IsTable {
		i.List = formatEntries(typed.Entries) // a pasted table and the file have different columns
	}
	i.List = strings.TrimSpace(i.List + "\n" + formatEntries(list.Entries))
	return nil
}

// isImport reports whether the list is long enough to be imported in the background.
func (i addInput) isImport() bool { return len(i.Parsed.Entries) > invitations.MaxInvite }

func (i addInput) request() invitations.Request {
	return invitations.Request{Lines: i.Parsed.Entries, Roles: i.Roles, Note: i.Note}
}

// formatAsTyped returns the remaining entries exactly as typed, or one per line if the list was a table.
func formatAsTyped(list addresslist.List, remaining []addresslist.Entry) string {
	if list.IsTable {
		return formatEntries(remaining)
	}
	var all []string
	for _, e := range remaining {
		all = append(all, e.Raw)
	}
	return strings.Join(all, "\n")
}

// formatEntries formats entries one per line, or as a table if they have roles or tags of their own. Entries without an address are skipped.
func formatEntries(entries []addresslist.Entry) string {
	if addresslist.HasExtras(entries) {
		return clean(addresslist.FormatTable(entries))
	}
	var all []string
	for _, e := range entries {
		if !e.Missing() {
			all = append(all, clean(addresslist.Format(e)))
		}
	}
	return strings.Join(all, "\n")
}

// sampleList answers with an example of a list to upload.
func sampleList(e *core.RequestEvent) error {
	e.Response.Header().Set("Content-Disposition", `attachment; filename="usher-sample.csv"`)
	return e.Blob(http.StatusOK, "text/csv; charset=utf-8", []byte("\ufeff"+addresslist.Sample()))
}

// showAddForm shows the empty form. Organizer is preselected if a seat is free.
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

// addUsers shows a preview, and on the second submit sends the invitations (R46).
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
	request := input.request()
	request.Lines = uniqueLines(request.Lines)
	results, err := invitations.Invite(e.App, web.Actor(e), request)
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

// renderPreview shows the form with a preview of each line.
func renderPreview(e *core.RequestEvent, input addInput) error {
	props, err := loadAdd(e, input)
	if err != nil {
		return err
	}
	return showAdd(e, max(input.Status, props.Status), props)
}

// previewAdd updates the preview while the user types.
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

// renderAdded redirects to Users if every invitation was emailed. Otherwise it shows the links and the remaining lines.
func renderAdded(e *core.RequestEvent, input addInput, results []invitations.Result) error {
	sentence, links, refused := splitResults(results)
	if len(links) == 0 && len(refused) == 0 {
		web.SetToast(e, sentence)
		return web.Redirect(e, usersPath(e))
	}
	var lines []invitations.Line
	for _, result := range refused {
		lines = append(lines, result.Line)
	}
	input.List, input.Parsed, input.Notes = formatAsTyped(input.Parsed, lines), addresslist.List{}, nil
	props, err := loadAdd(e, input)
	if err != nil {
		return err
	}
	props.ResultText, props.Links, props.SkippedCount = sentence, links, len(refused)
	for _, result := range refused {
		props.LinePreviews = append(props.LinePreviews, newLinePreview(invitations.LinePreview{
			Line: result.Line, Status: result.Status, Code: result.Code, Message: result.Message}))
	}
	status := http.StatusOK
	if len(refused) == len(results) {
		status = http.StatusUnprocessableEntity
	}
	return showAdd(e, status, props)
}

// splitResults returns a summary, the links to share and the refused lines.
func splitResults(results []invitations.Result) (sentence string, links []LinkProps, refused []invitations.Result) {
	for _, result := range results {
		switch {
		case result.Status == invitations.Refused:
			refused = append(refused, result)
		case result.Link != "":
			links = append(links, LinkProps{Name: displayName(result.Line), Link: result.Link})
		}
	}
	switch n := len(results) - len(refused); {
	case n == 0:
		sentence = nothingSent
	case len(links) > 0:
		sentence = ui.Count(n, "invitation created.", "invitations created.")
	default:
		sentence = ui.Count(n, "invitation sent.", "invitations sent.")
	}
	return sentence, links, refused
}

func displayName(line invitations.Line) string {
	if line.Name != "" {
		return line.Name
	}
	return line.Address
}

// uniqueLines drops lines that repeat an earlier address, so that no one is invited twice.
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
	page.Shell.Page.Title = "Add users · " + web.Actor(e).TeamName()
	page.Dialog = AddUsers(props)
	return web.Render(e, status, Users(page))
}
