package api

import "usher/views/web"

// Routes mounts the area.
func Routes(root *web.Group) {}
