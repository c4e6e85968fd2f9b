package panel

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/actors"
	"usher/hooks/addresslist"
	"usher/hooks/invitations"
	"usher/hooks/members"
	"usher/hooks/record"
	"usher/views/ui"
	"usher/views/web"
)

// addInput is what somebody typed into Add users.
type addInput struct {
	List, Note string
	Source     string // the name of the file that the list came from
	Roles      actors.Roles
	Read       addresslist.List
	Notes      []string // how the list was read
	Uploaded   bool     // entries of a file were put into the list
	Send       bool
	Faults     web.Faults
	Status     int
}

func readAdd(e *core.RequestEvent) (addInput, error) {
	form, err := sentForm(e)
	if err != nil {
		return addInput{}, err
	}
	input := addInput{List: clean(form.Get("list")), Note: clean(form.Get("note")), Source: clean(form.Get("source")), Send: form.Get("do") == "send", Status: http.StatusOK}
	if input.Roles, err = actors.ParseRoles(form.Values["role"]); err != nil {
		return input, err
	}
	if form.Large {
		input.Status = http.StatusRequestEntityTooLarge
		input.Faults = web.Faults{"file": addresslist.TooLarge()}
	} else if len(form.File) > 0 {
		input.Source = clean(form.Name)
		if err := input.upload(form.File); err != nil {
			return input, err
		}
	}
	input.read()
	return input, nil
}

// read reads the list. What was noted of a file stays.
func (i *addInput) read() {
	i.Read = addresslist.Read(i.List)
	if !i.Uploaded {
		i.Notes = i.Read.Notes()
	}
}

// upload puts the entries of a file under what was typed, so that they can be corrected there.
func (i *addInput) upload(file []byte) error {
	list, err := addresslist.ReadFile(bytes.NewReader(file))
	if faults, ok := web.FaultsOf(err); ok {
		i.Faults, i.Status = faults, http.StatusUnprocessableEntity
		return nil
	}
	if err != nil {
		return err
	}
	i.Uploaded = true
	if i.Notes = list.Notes(); list.Unreadable() != "" {
		i.Notes = append(i.Notes, list.Unreadable())
	}
	if typed := addresslist.Read(i.List); typed.Table {
		i.List = written(typed.Entries) // a table and the entries of a file have no columns in common
	}
	i.List = strings.TrimSpace(i.List + "\n" + written(list.Entries))
	return nil
}

// long reports whether the list is gone through in the background.
func (i addInput) long() bool { return len(i.Read.Entries) > invitations.MaxInvite }

func (i addInput) offer() invitations.Offer {
	return invitations.Offer{Lines: i.Read.Entries, Roles: i.Roles, Note: i.Note}
}

// typed are entries exactly as they were typed; those of a table as they can be typed.
func typed(list addresslist.List, left []addresslist.Entry) string {
	if list.Table {
		return written(left)
	}
	var all []string
	for _, e := range left {
		all = append(all, e.Raw)
	}
	return strings.Join(all, "\n")
}

// written are entries of a table as they can be typed. Rows without an address are left out.
func written(entries []addresslist.Entry) string {
	var all []string
	for _, e := range entries {
		if !e.Missing() {
			all = append(all, clean(addresslist.Format(e)))
		}
	}
	return strings.Join(all, "\n")
}

// addForm is the empty form, with the role that is asked for most.
func addForm(e *core.RequestEvent) error {
	input := addInput{Status: http.StatusOK, List: record.Cut(e.Request.URL.Query().Get("list"), 300)}
	input.read()
	props, err := addProps(e, input)
	if err != nil {
		return err
	}
	for n := range props.Roles {
		props.Roles[n].Checked = props.Roles[n].Value == "organizer" && !props.Roles[n].Disabled && props.OrganizerFree
	}
	props.CSV = e.Request.URL.Query().Has("csv")
	return showAdd(e, http.StatusOK, props)
}

// add shows what will happen, and on the second press sends the invitations (R46).
func add(e *core.RequestEvent) error {
	input, err := readAdd(e)
	if err != nil {
		return err
	}
	if !input.Send || input.Uploaded || input.Faults != nil {
		return foretell(e, input)
	}
	if input.long() {
		return startImport(e, input)
	}
	offer := input.offer()
	offer.Lines = unique(offer.Lines)
	results, err := invitations.Invite(e.App, web.Actor(e), offer)
	if faults, ok := web.FaultsOf(err); ok {
		web.SetWait(e, err)
		input.Faults, input.Status = faults, web.Status(err)
		return foretell(e, input)
	}
	if err != nil {
		return err
	}
	return added(e, input, results)
}

// foretell shows the form with what will happen to each line.
func foretell(e *core.RequestEvent, input addInput) error {
	props, err := addProps(e, input)
	if err != nil {
		return err
	}
	return showAdd(e, max(input.Status, props.Status), props)
}

// preview is the part of the form that says what will happen, while somebody types.
func preview(e *core.RequestEvent) error {
	input, err := readAdd(e)
	if err != nil {
		return err
	}
	props, err := addProps(e, input)
	if err != nil {
		return err
	}
	return web.Render(e, max(input.Status, props.Status), Foretold(props, input.Uploaded || input.Faults != nil))
}

// added answers when the list was gone through: back to Users if all went out, else with what is left in the list.
func added(e *core.RequestEvent, input addInput, results []invitations.Result) error {
	sentence, links, left := outcome(results)
	if len(links) == 0 && len(left) == 0 {
		web.Toast(e, sentence)
		return web.Go(e, usersPath(e))
	}
	var lines []invitations.Line
	for _, result := range left {
		lines = append(lines, result.Line)
	}
	input.List, input.Read, input.Notes = typed(input.Read, lines), addresslist.List{}, nil
	props, err := addProps(e, input)
	if err != nil {
		return err
	}
	props.Said, props.Links, props.Left = sentence, links, len(left)
	for _, result := range left {
		props.Fates = append(props.Fates, fateOf(invitations.Fate{
			Line: result.Line, Status: result.Status, Code: result.Code, Message: result.Message}))
	}
	status := http.StatusOK
	if len(left) == len(results) {
		status = http.StatusUnprocessableEntity
	}
	return showAdd(e, status, props)
}

// outcome says in a sentence what went out, and parts the links to hand on from the lines that are left.
func outcome(results []invitations.Result) (sentence string, links []LinkProps, left []invitations.Result) {
	for _, result := range results {
		switch {
		case result.Status == invitations.Refused:
			left = append(left, result)
		case result.Link != "":
			links = append(links, LinkProps{Name: called(result.Line), Link: result.Link})
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

func called(line invitations.Line) string {
	if line.Name != "" {
		return line.Name
	}
	return line.Address
}

// unique drops lines whose address stands further up: a list that names somebody twice asks him once.
func unique(lines []invitations.Line) []invitations.Line {
	seen := map[string]bool{}
	var once []invitations.Line
	for _, line := range lines {
		if line.Fault != nil || !seen[line.Address] {
			once = append(once, line)
		}
		seen[line.Address] = line.Fault == nil
	}
	return once
}

func showAdd(e *core.RequestEvent, status int, props AddProps) error {
	page, err := usersProps(e, members.Query{Size: pageSize}, "")
	if err != nil {
		return err
	}
	page.Shell.Page.Title = "Add users · " + web.Actor(e).Team.GetString("name")
	page.Dialog = AddUsers(props)
	return web.Render(e, status, Users(page))
}
