package find

import (
	"usher/hooks/rooms"
	"usher/hooks/teams"
)

// roomsToRun are the rooms by name, each with its details in the panel.
func roomsToRun(q Question) (Group, error) {
	if !q.Actor.SeesPanel() {
		return Group{}, nil
	}
	return inRooms(q, panel(q)+"/rooms/")
}

// roomsToBook are the rooms by name, each with its place on the App's page of when they are free.
func roomsToBook(q Question) (Group, error) {
	if !q.Actor.SeesRooms() {
		return Group{}, nil
	}
	return inRooms(q, "/app/"+teams.Of(q.Actor.Team).Slug()+"/rooms#")
}

// inRooms looks in the rooms that are in use; the id of each follows at.
func inRooms(q Question, at string) (Group, error) {
	group := Group{Title: "Rooms"}
	if q.Words == "" {
		return group, nil
	}
	all, err := rooms.Of(q.App, q.Actor.Team.Id)
	if err != nil {
		return group, err
	}
	for _, room := range all {
		if len(group.Items) < maxFound && q.matches(room.Name()+" "+room.Slug()+" room") {
			group.Items = append(group.Items, Item{Label: room.Name(), Small: rooms.Explained(rooms.Entries, room.Entry()).Word, Href: at + room.Id, Icon: "door-open"})
		}
	}
	return group, nil
}
