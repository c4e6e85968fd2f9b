package actors_test

import (
	"testing"

	"usher/hooks/actors"
)

func TestPublicText_HoldsNoAddress(t *testing.T) {
	for name, want := range map[string]string{
		"Marta Oliveira": "Marta Oliveira", "Marta @ Halation": "Marta @ Halation", "@marta": "@marta",
		"": "someone", "marta@halation.example": "someone", "Marta <marta@halation.example>": "someone", "Marta (MARTA@x.co)": "someone",
	} {
		if got := actors.PublicText(name, "someone"); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
