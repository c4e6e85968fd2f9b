package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/onboarding"
	"usher/views/web"
)

// gettingStarted is the list for getting started of an Admin (R18).
type gettingStarted struct {
	Steps  []startStep `json:"steps"`
	Hidden bool        `json:"hidden"`
}

type startStep struct {
	Key  string `json:"key"`
	Done bool   `json:"done"`
}

func showStart(e *core.RequestEvent) error {
	checklist, err := onboarding.Of(e.App, web.Actor(e))
	if err != nil {
		return err
	}
	shown := gettingStarted{Hidden: checklist.Hidden}
	for _, step := range checklist.Steps {
		shown.Steps = append(shown.Steps, startStep{step.Key, step.Done})
	}
	return e.JSON(http.StatusOK, shown)
}

func hideStart(e *core.RequestEvent) error {
	if err := onboarding.Hide(e.App, web.Actor(e)); err != nil {
		return err
	}
	return showStart(e)
}
