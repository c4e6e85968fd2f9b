package search

import (
	"usher/hooks/paths"
	"usher/hooks/rooms"
)

// panelRoomResults returns matching rooms, linked to their details in the Admin Panel.
func panelRoomResults(q Query) (Group, error) {
	if !q.Actor.CanUsePanel() {
		return Group{}, nil
	}
	return searchRooms(q, paths.PanelRooms(slug(q))+"/")
}

// appRoomResults returns matching rooms, linked to their row on the App's Rooms page.
func appRoomResults(q Query) (Group, error) {
	if !q.Actor.CanSeeRooms() {
		return Group{}, nil
	}
	return searchRooms(q, paths.AppRooms(slug(q))+"#")
}

// searchRooms searches active rooms. A result links to prefix followed by the room's id.
func searchRooms(q Query, prefix string) (Group, error) {
	group := Group{Title: "Rooms"}
	if q.Text == "" {
		return group, nil
	}
	all, err := rooms.List(q.App, q.Actor.Team.Id)
	if err != nil {
		return group, err
	}
	for _, room := range all {
		if len(group.Items) < maxResults && q.matches(room.Name()+" "+room.Slug()+" room") {
			group.Items = append(group.Items, Item{Label: room.Name(), Subtitle: rooms.ChoiceFor(rooms.AccessChoices, room.Access()).Label, Href: prefix + room.Id, Icon: "door-open"})
		}
	}
	return group, nil
}
