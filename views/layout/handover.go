package layout

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/mail"
	"usher/hooks/members"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/ui"
	"usher/views/web"
)

// HandoverField is the name of the field of Handover.
const HandoverField = "handover"

// HandoverProps asks what happens to the upcoming sessions of hosts who leave or lose the right to host (R81, R107).
type HandoverProps struct {
	Field   ui.FieldProps
	Options []ui.Option
}

// NewHandover asks for a new host for the n upcoming sessions of the users in going. It returns nil if n is 0.
func NewHandover(e *core.RequestEvent, n int, going []string) (*HandoverProps, error) {
	if n == 0 {
		return nil, nil
	}
	hosts, err := sessions.ListHosts(e.App, web.Actor(e).Team, going)
	if err != nil {
		return nil, err
	}
	label, them := ui.Number(n)+" upcoming sessions lose their host. What happens to them?", "them"
	if n == 1 {
		label, them = "1 upcoming session loses its host. What happens to it?", "it"
	}
	props := &HandoverProps{Field: ui.FieldProps{ID: HandoverField, Name: HandoverField, Label: label, Required: true,
		Help: handoverHelp(them, mail.Enabled(e.App))}}
	for _, h := range hosts {
		props.Options = append(props.Options, ui.Option{Value: h.ID, Label: "Hand " + them + " over to " + text.Isolate(h.Name)})
	}
	props.Field.Value = defaultHost(hosts, web.Actor(e).Account.Id)
	if props.Field.Value == "" {
		props.Options = append(props.Options, ui.Option{Value: "", Label: "Choose…"})
	}
	props.Options = append(props.Options, ui.Option{Value: cancelSessions, Label: "Cancel " + them})
	return props, nil
}

// handoverHelp says what happens to the sessions and who learns of it.
func handoverHelp(them string, emails bool) string {
	if !emails {
		return "If you hand " + them + " over, everything else stays the same. Email isn't set up, so tell the new host or the invitees yourself."
	}
	return "If you hand " + them + " over, everything else stays the same and we email the new host. If you cancel " + them + ", we email every invitee."
}

// cancelSessions is the value that cancels the sessions. It's never preselected.
const cancelSessions = "cancel"

// defaultHost returns the preselected host: the actor if they can host, else the first option, or "" if there are none.
func defaultHost(hosts []sessions.HostOption, actor string) string {
	for _, h := range hosts {
		if h.ID == actor {
			return h.ID
		}
	}
	if len(hosts) > 0 {
		return hosts[0].ID
	}
	return ""
}

// HandoverTarget returns the choice of the submitted form.
func HandoverTarget(e *core.RequestEvent) members.Handover {
	switch answer := e.Request.FormValue(HandoverField); answer {
	case cancelSessions:
		return members.Handover{}
	case "":
		return members.Handover{Undecided: true}
	default:
		return members.Handover{To: answer}
	}
}

// SetError shows the error of the answer at its field. It reports whether there was such an error.
func (p *HandoverProps) SetError(faults web.FormErrors) bool {
	if p == nil || faults["handOver"] == "" {
		return false
	}
	p.Field.Error = faults["handOver"]
	return true
}

// HandoverSummary returns sentences that follow another one and say how many sessions were handed over and cancelled.
func HandoverSummary(handedOver, cancelled int) string {
	var words string
	if handedOver > 0 {
		words = " Handed over: " + ui.Count(handedOver, "session", "sessions") + "."
	}
	if cancelled > 0 {
		words += " Cancelled: " + ui.Count(cancelled, "session", "sessions") + "."
	}
	return words
}
