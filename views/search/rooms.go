package search

import (
	"usher/hooks/rooms"
	"usher/hooks/teams"
)

// panelRoomResults are the rooms by name, each with its details in the panel.
func panelRoomResults(q Query) (Group, error) {
	if !q.Actor.CanUsePanel() {
		return Group{}, nil
	}
	return searchRooms(q, panelURL(q)+"/rooms/")
}

// appRoomResults are the rooms by name, each with its place on the App's page of when they are free.
func appRoomResults(q Query) (Group, error) {
	if !q.Actor.CanSeeRooms() {
		return Group{}, nil
	}
	return searchRooms(q, "/app/"+teams.Of(q.Actor.Team).Slug()+"/rooms#")
}

// searchRooms looks in the rooms that are in use; the id of each follows at.
func searchRooms(q Query, at string) (Group, error) {
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
			group.Items = append(group.Items, Item{Label: room.Name(), Subtitle: rooms.ChoiceFor(rooms.AccessChoices, room.Access()).Label, Href: at + room.Id, Icon: "door-open"})
		}
	}
	return group, nil
}
