package member

import "usher/views/web"

// Routes mounts the area.
func Routes(pages *web.Group) {}
