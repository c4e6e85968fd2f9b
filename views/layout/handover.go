package layout

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/sessions"
	"usher/views/ui"
	"usher/views/web"
)

// HandoverField is the name of the field in which Succession answers.
const HandoverField = "handover"

// HandoverProps ask what becomes of the sessions that people were to host who will not (R81, R107).
type HandoverProps struct {
	Field   ui.FieldProps
	Options []ui.Option
}

// NewHandover asks for a host in place of those who go, for the n sessions that they were to host; nil if there
// are none.
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
		Help: "If you hand " + them + " over, the plan stays the same and we email the new host. If you cancel " + them + ", we email every invitee."}}
	for _, h := range hosts {
		props.Options = append(props.Options, ui.Option{Value: h.ID, Label: "Hand " + them + " over to " + h.Name})
	}
	props.Field.Value = defaultHost(hosts, web.Actor(e).Account.Id)
	if props.Field.Value == "" {
		props.Options = append(props.Options, ui.Option{Value: "", Label: "Choose…"})
	}
	props.Options = append(props.Options, ui.Option{Value: cancelSessions, Label: "Cancel " + them})
	return props, nil
}

// cancelSessions is the answer that cancels. It is never preselected.
const cancelSessions = "cancel"

// defaultHost is the host who is preselected: who acts, where they can take over, else the first; empty where nobody can.
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

// HandoverTarget is the account to which the form of the request hands sessions over; empty if it cancels them, and
// sessions.Undecided if it has no answer.
func HandoverTarget(e *core.RequestEvent) string {
	switch answer := e.Request.FormValue(HandoverField); answer {
	case cancelSessions:
		return ""
	case "":
		return sessions.Undecided
	default:
		return answer
	}
}

// SetError shows why the answer was refused, at the field. It reports whether there is a field and a reason.
func (p *HandoverProps) SetError(faults web.FormErrors) bool {
	if p == nil || faults["handOver"] == "" {
		return false
	}
	p.Field.Error = faults["handOver"]
	return true
}

// HandoverSummary tells what became of sessions, behind another sentence; empty where there were none.
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
