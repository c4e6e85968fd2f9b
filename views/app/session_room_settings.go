package app

import (
	"usher/hooks/rooms"
	"usher/hooks/sessions"
	"usher/hooks/tools/text"
	"usher/views/ui"
)

// ownSetting returns the session's own value of a setting that a room can also set.
func (p sessionFormProps) ownSetting(name string) bool {
	return map[string]bool{"early": p.Input.JoinBeforeHost, "lobby": p.Input.Lobby, "muted": p.Input.Muted}[name]
}

// roomSettings returns the settings that a room can set, as they apply in the selected room, which may be nil. The
// session can't turn off what the room sets.
func (p sessionFormProps) roomSettings(room *rooms.Room) []ui.CheckRowProps {
	rows := []ui.CheckRowProps{
		{Name: "early", Label: "Join before the host", Text: "From " + text.Duration(sessions.StartWindow) + " before the start, the first participant to join starts the session."},
		{Name: "lobby", Label: "Waiting room", Text: "Everyone waits until the host admits them."},
		{Name: "muted", Label: "Mute on entry"},
	}
	for n := range rows {
		row := &rows[n]
		row.Value = "yes"
		now := sessions.EffectiveSettingOf(p.ownSetting(row.Name), room, row.Name)
		row.Checked, row.Disabled = now.On, now.ByRoom
		if now.ByRoom {
			row.Text = setByRoom
		}
	}
	return rows
}
