package panel

import "usher/views/web"

// sent is a form with at most one file.
type sent = web.Form

var uploads, sentForm = web.Uploads, web.ReadForm
