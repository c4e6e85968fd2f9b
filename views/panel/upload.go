package panel

import "usher/views/web"

// uploadForm is a submitted form with at most one file.
type uploadForm = web.Form

var uploads, readForm = web.AllowUploads, web.ReadForm
