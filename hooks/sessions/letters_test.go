package sessions_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"usher/hooks/hookstest"
	"usher/hooks/mail"
	"usher/hooks/mail/resendtest"
	"usher/hooks/sessions"
)
