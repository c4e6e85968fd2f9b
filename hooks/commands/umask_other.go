//go:build !unix

package operate

// KeepPrivate does nothing here: the folder's own permissions are what there is.
func KeepPrivate() {}
