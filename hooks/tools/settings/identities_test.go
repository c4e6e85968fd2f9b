package settings_test

import (
	"strings"
	"testing"
)

func TestFromEnv_Providers_AreOfferedInOrder(t *testing.T) {
	config, err := fromEnv(map[string]string{
		"USHER_GITHUB_CLIENT_ID": "g", "USHER_GITHUB_CLIENT_SECRET": "s",
		"USHER_MICROSOFT_CLIENT_ID": "m", "USHER_MICROSOFT_CLIENT_SECRET": "s", "USHER_MICROSOFT_TENANT": "0f5c8a1e-30cf-4d3a-9f8a-2f6b7e1d0c11",
		"USHER_OIDC_CLIENT_ID": "o", "USHER_OIDC_CLIENT_SECRET": "s", "USHER_OIDC_ISSUER": "https://id.example.org/realms/halation", "USHER_OIDC_NAME": "Halation ID",
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range config.Providers {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, ", "); got != "Halation ID, Microsoft, GitHub" {
		t.Errorf("got %s, want Halation ID, Microsoft, GitHub", got)
	}
	if config.ProviderName("github") != "GitHub" || config.ProviderName("google") != "Google" || config.ProviderName("gone") != "gone" {
		t.Error("a provider has another name")
	}
}

func TestFromEnv_Provider_Refused(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"USHER_GOOGLE_CLIENT_SECRET": {"USHER_GOOGLE_CLIENT_ID": "g"},
		"USHER_GITHUB_CLIENT_ID":     {"USHER_GITHUB_CLIENT_SECRET": "S3cret"},
		"USHER_OIDC_ISSUER":          {"USHER_OIDC_CLIENT_ID": "o", "USHER_OIDC_CLIENT_SECRET": "S3cret"},
		"USHER_MICROSOFT_TENANT":     {"USHER_MICROSOFT_CLIENT_ID": "m", "USHER_MICROSOFT_CLIENT_SECRET": "S3cret"},
	} {
		if _, err := fromEnv(env); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "S3cret") {
			t.Errorf("%v: got %v, want an error that names %s", env, err, name)
		}
	}
	for _, issuer := range []string{"id.example.org", "http://id.example.org", "https://id.example.org?x=1", "https://a@id.example.org"} {
		if _, err := fromEnv(map[string]string{"USHER_OIDC_CLIENT_ID": "o", "USHER_OIDC_CLIENT_SECRET": "s", "USHER_OIDC_ISSUER": issuer}); err == nil {
			t.Errorf("the issuer %s: got no error, want one", issuer)
		}
	}
	for _, tenant := range []string{"common", "organizations", "consumers", "Common", "9188040d-6c67-4c5b-b112-36a304b66dad", "a/b", ""} {
		if _, err := fromEnv(map[string]string{"USHER_MICROSOFT_CLIENT_ID": "m", "USHER_MICROSOFT_CLIENT_SECRET": "s", "USHER_MICROSOFT_TENANT": tenant}); err == nil {
			t.Errorf("the tenant %q: got no error, want one", tenant)
		}
	}
}
