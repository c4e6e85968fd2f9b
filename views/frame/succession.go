package frame

import (
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/sessions"
	"usher/views/ui"
	"usher/views/web"
)

// SuccessionField is the name of the field in which Succession answers.
const SuccessionField = "handover"

// SuccessionProps ask what becomes of the sessions that people were to host who will not (R81, R107).
type SuccessionProps struct {
	Field   ui.FieldProps
	Options []ui.Option
}

// SuccessionOf asks for a host in place of those who go, for the n sessions that they were to host; nil if there
// are none.
func SuccessionOf(e *core.RequestEvent, n int, going []string) (*SuccessionProps, error) {
	if n == 0 {
		return nil, nil
	}
	hosts, err := sessions.Hosts(e.App, web.Actor(e).Team, going)
	if err != nil {
		return nil, err
	}
	label, them := ui.Number(n)+" sessions to come lose their host. What becomes of them?", "them"
	help := "Cancelled, a mail says so to everybody who is asked to them. Handed over, they stay as they are planned, and a mail tells their new host."
	if n == 1 {
		label, them = "1 session to come loses its host. What becomes of it?", "it"
		help = "Cancelled, a mail says so to everybody who is asked to it. Handed over, it stays as it is planned, and a mail tells its new host."
	}
	props := &SuccessionProps{
		Field:   ui.FieldProps{ID: SuccessionField, Name: SuccessionField, Label: label, Help: help},
		Options: []ui.Option{{Value: "", Label: "Cancel " + them}},
	}
	for _, h := range hosts {
		props.Options = append(props.Options, ui.Option{Value: h.ID, Label: "Hand " + them + " over to " + h.Name})
	}
	return props, nil
}

// PartedWords tells what became of sessions, behind another sentence; empty where there were none.
func PartedWords(handedOver, cancelled int) string {
	var words string
	if handedOver > 0 {
		words = " Handed over: " + ui.Count(handedOver, "session", "sessions") + "."
	}
	if cancelled > 0 {
		words += " Cancelled: " + ui.Count(cancelled, "session", "sessions") + "."
	}
	return words
}
