package settings_test

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"usher/hooks/hookstest"
	"usher/hooks/tools/settings"
)

func fromEnv(env map[string]string) (settings.Config, error) {
	return settings.FromEnv(func(name string) string { return env[name] })
}

func TestFromEnv_Defaults(t *testing.T) {
	config, err := fromEnv(nil)
	if err != nil || !reflect.DeepEqual(config, settings.Config{Teams: "any", SignUp: "invited", Plan: "free", Billing: "open", LiveUDPPort: 7882, LiveTCPPort: 7881, Recordings: 2, BackupKeep: 7, GraceDays: 14}) {
		t.Errorf("%+v %v", config, err)
	}
}

func TestFromEnv_ReadsEverySetting(t *testing.T) {
	config, err := fromEnv(map[string]string{
		"USHER_URL": "https://usher.example.org/", "USHER_TRUSTED_PROXY": "X-Forwarded-For", "USHER_TEAMS": "operator",
		"USHER_SIGNUP": "open", "USHER_PLAN": "pro", "USHER_BILLING": "operator", "USHER_SUPPORT": "help@example.org", "USHER_FFMPEG": "off",
		"USHER_MAIL_FROM": "Usher <usher@example.org>", "RESEND_API_KEY": "re_x", "RESEND_BASE_URL": "http://127.0.0.1:9/api",
		"RESEND_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"LIVEKIT_URL":           "wss://live.example.org/", "LIVEKIT_API_KEY": "key", "LIVEKIT_API_SECRET": "secret",
		"USHER_LIVE_UDP_PORT": "9000", "USHER_LIVE_TCP_PORT": "0", "USHER_LIVE_NODE_IP": "203.0.113.7",
		"USHER_SMTP_URL":   "smtp://usher:p%40ss@mail.example.org?auth=login&name=meet.example.org",
		"USHER_RECORDINGS": "5", "USHER_METRICS_TOKEN": "0123456789abcdef0123", "USHER_BACKUP": "03:30", "USHER_BACKUP_TO": "/srv/backups", "USHER_BACKUP_KEEP": "30", "USHER_BACKUP_RECORDINGS": "on",
		"USHER_BILLING_GRACE": "7",
		"STRIPE_SECRET_KEY":   "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef", "STRIPE_BASE_URL": "http://127.0.0.1:9",
	})
	want := settings.Config{URL: "https://usher.example.org", TrustedProxy: "X-Forwarded-For", Teams: "operator", SignUp: "open",
		Plan: "pro", Billing: "operator", Support: "help@example.org", MailFrom: "Usher <usher@example.org>", ResendKey: "re_x", ResendURL: "http://127.0.0.1:9/api",
		WebhookSecret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		LiveURL:       "wss://live.example.org", LiveKey: "key", LiveSecret: "secret", LiveUDPPort: 9000, LiveNodeIP: "203.0.113.7", Recordings: 5, FFmpeg: "off",
		SMTP:         settings.SMTP{Host: "mail.example.org", Port: 587, Username: "usher", Password: "p@ss", Auth: "login", TLS: "required", LocalName: "meet.example.org"},
		MetricsToken: "0123456789abcdef0123",
		BackupAt:     "03:30", BackupTo: "/srv/backups", BackupKeep: 30, BackupRecordings: true,
		GraceDays: 7, StripeKey: "sk_test_x", StripeSecret: "whsec_0123456789abcdef", StripeURL: "http://127.0.0.1:9"}
	if err != nil || !reflect.DeepEqual(config, want) {
		t.Errorf("%+v %v, want %v", config, err, want)
	}
	if !config.Secure() || config.Host() != "usher.example.org" || config.Link("/x") != "https://usher.example.org/x" {
		t.Errorf("%v %q %q", config.Secure(), config.Host(), config.Link("/x"))
	}
}

var invalidValues = map[string][]string{
	"USHER_URL": {"usher.example.org", "ftp://usher.example.org", "https://", "https://a@usher.example.org",
		"https://usher.example.org/path", "https://usher.example.org?x=1", "https://usher.example.org#x", "://"},
	"RESEND_BASE_URL":       {"resend", "https://x?y=1"},
	"RESEND_WEBHOOK_SECRET": {"whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64", "whsec_c2hvcnQ=", "re_123"},
	"USHER_TEAMS":           {"all", "Any"},
	"USHER_BILLING":         {"free", "Open", "stripe"}, // stripe needs its keys
	"USHER_BILLING_GRACE":   {"-1", "91", "two weeks"},
	"STRIPE_BASE_URL":       {"stripe", "https://x?y=1"},
	"STRIPE_SECRET_KEY":     {"pk_test_x", "S3cret"},
	"STRIPE_WEBHOOK_SECRET": {"whsec_", "whsec_S3cret", "S3cretS3cretS3cret"},
	"USHER_SIGNUP":          {"closed", "OPEN"},
	"USHER_MAIL_FROM":       {"usher", "<>"},
	"USHER_SUPPORT":         {"ask Ada", "ftp://x"},
	"USHER_FFMPEG":          {"/nowhere/ffmpeg", "no such program", "on"},
	"USHER_TRUSTED_PROXY":   {"X-Forwarded-For, X-Real-IP", "X-Forwarded-For: 1"},
	"USHER_BACKUP":          {"3", "24:00", "daily", "3:99"},
	"USHER_RECORDINGS":      {"-1", "101", "many", "1.5"},
	"USHER_SMTP_URL": {"mail.example.org", "http://mail.example.org", "smtp://", "smtp://mail.example.org/path", "smtp://u:S3cret@mail.example.org:x", "smtp://u:S3cret@mail.example.org:99999",
		"smtp://u:S3cret@mail.example.org?tls=maybe", "smtps://u:S3cret@mail.example.org?tls=off", "smtp://u:S3cret@mail.example.org?auth=ntlm", "smtp://u:S3cret@mail.example.org?verify=no"},
	"USHER_BACKUP_TO":         {"backups", "../backups", "s3://bucket", "s3://KEY:S3cret@/bucket?region=x", "s3://KEY:S3cret@host?region=x", "s3://KEY:S3cret@host/bucket"},
	"USHER_METRICS_TOKEN":     {"S3cret"},
	"USHER_BACKUP_KEEP":       {"0", "-1", "1001", "all"},
	"USHER_BACKUP_RECORDINGS": {"yes", "1"},
	"USHER_LIVE_UDP_PORT":     {"0", "-1", "65536", "media"},
	"USHER_LIVE_TCP_PORT":     {"-1", "65536", "media"},
	"USHER_LIVE_NODE_IP":      {"usher.example.org", "203.0.113"},
}

func TestFromEnv_ExternalLiveKit(t *testing.T) {
	whole := map[string]string{"LIVEKIT_URL": "wss://live.example.org", "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "S3cret"}
	for name := range whole {
		env := maps.Clone(whole)
		delete(env, name)
		if _, err := fromEnv(env); err == nil || !strings.Contains(err.Error(), "set all three, or none") || strings.Contains(err.Error(), "S3cret") {
			t.Errorf("without %s: %v, want an error, it with %q and it without %q", name, err, "set all three, or none", "S3cret")
		}
	}
	for address, want := range map[string]string{
		"wss://live.example.org": "wss://live.example.org https://live.example.org", "https://live.example.org:7880": "wss://live.example.org:7880 https://live.example.org:7880",
		"ws://127.0.0.1:7880": "ws://127.0.0.1:7880 http://127.0.0.1:7880", "http://[::1]:7880": "ws://[::1]:7880 http://[::1]:7880",
		"live.example.org": "", "ftp://live.example.org": "", "wss://": "", "wss://k@live.example.org": "", "wss://live.example.org?x=1": "",
		"wss://live.example.org;script-src": "", "wss://live.example.org 'unsafe-inline'": "", "wss://a,b": "",
	} {
		whole["LIVEKIT_URL"] = address
		config, err := fromEnv(whole)
		if want == "" && (err == nil || !strings.HasPrefix(err.Error(), "LIVEKIT_URL is ")) || want != "" && (err != nil || config.LiveConnectSources() != want) {
			t.Errorf("%s: %q, %v", address, config.LiveConnectSources(), err)
		}
	}
}

func TestFromEnv_InvalidValue_NamesSetting(t *testing.T) {
	for name, values := range invalidValues {
		for _, value := range values {
			if _, err := fromEnv(map[string]string{name: value}); err == nil || !strings.HasPrefix(err.Error(), name+" is ") || !strings.Contains(err.Error(), ":") {
				t.Errorf("%s=%q: %v, want an error, it with %q and it with %q", name, value, err, name+" is ", ":")
			}
		}
	}
	if _, err := fromEnv(map[string]string{"RESEND_API_KEY": "re_x"}); err == nil || !strings.Contains(err.Error(), "USHER_MAIL_FROM") {
		t.Errorf("a key without a sender: %v, want an error and it with %q", err, "USHER_MAIL_FROM")
	}
}

func TestFromEnv_InvalidSecret_IsNotEchoed(t *testing.T) {
	env := map[string]string{"RESEND_WEBHOOK_SECRET": "whsec_S3cretThatIsCutOff", "USHER_BACKUP_TO": "s3://KEY:S3cret@host/bucket"}
	for _, value := range invalidValues["USHER_SMTP_URL"] {
		env["USHER_SMTP_URL"] = value
		if _, err := fromEnv(env); err == nil || strings.Contains(err.Error(), "S3cret") {
			t.Errorf("%s: %v, want an error without the secret", value, err)
		}
	}
}

func TestFromEnv_Stripe_NeedsBothKeys(t *testing.T) {
	whole := map[string]string{"USHER_BILLING": "stripe", "STRIPE_SECRET_KEY": "rk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef"}
	if config, err := fromEnv(whole); err != nil || config.Billing != settings.BillingStripe {
		t.Errorf("got %q, %v, want %q and no error", config.Billing, err, settings.BillingStripe)
	}
	for _, name := range []string{"STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"} {
		env := maps.Clone(whole)
		delete(env, name)
		if _, err := fromEnv(env); err == nil || !strings.Contains(err.Error(), "set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET too") {
			t.Errorf("without %s: got %v, want an error that names both keys", name, err)
		}
	}
}

func TestFromEnv_ReportsAllErrors(t *testing.T) {
	env := map[string]string{"RESEND_API_KEY": "re_x"}
	for name, values := range invalidValues {
		env[name] = values[0]
	}
	_, err := fromEnv(env)
	for name := range maps.Keys(invalidValues) {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("nothing of %s in %v, want an error and it with %q", name, err, name)
		}
	}
	delete(env, "USHER_MAIL_FROM")
	if _, err := fromEnv(env); err == nil || strings.Count(err.Error(), "\n") != len(invalidValues)-1 {
		t.Errorf("%v, want an error and %v", err, len(invalidValues)-1)
	}
}

func TestParseSMTP(t *testing.T) {
	for value, want := range map[string]settings.SMTP{
		"smtp://mail.example.org":                   {Host: "mail.example.org", Port: 587, TLS: "required"},
		"smtp://mail.example.org:25?tls=optional":   {Host: "mail.example.org", Port: 25, TLS: "optional"},
		"smtp://10.0.0.5:25?tls=off":                {Host: "10.0.0.5", Port: 25, TLS: "off"},
		"smtp://localhost:25":                       {Host: "localhost", Port: 25, TLS: "optional"},
		"smtp://[::1]:2525":                         {Host: "::1", Port: 2525, TLS: "optional"},
		"smtp://127.0.0.1?tls=required":             {Host: "127.0.0.1", Port: 587, TLS: "required"},
		"smtps://a%40b.example:p%3Ass@mail.example": {Host: "mail.example", Port: 465, Username: "a@b.example", Password: "p:ss", TLS: "implicit"},
	} {
		if got, err := settings.ParseSMTP(value); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", value, got, err, want)
		}
	}
	if _, err := fromEnv(map[string]string{"USHER_SMTP_URL": "smtp://mail.example.org"}); err == nil || !strings.Contains(err.Error(), "USHER_MAIL_FROM") {
		t.Errorf("without a sender: %v, want an error with %q", err, "USHER_MAIL_FROM")
	}
}

func TestSupportLink(t *testing.T) {
	for support, want := range map[string]string{
		"": "", "help@example.org": "mailto:help@example.org", "Help desk <help@example.org>": "mailto:help@example.org",
		"https://example.org/help": "https://example.org/help", "http://intranet/help": "http://intranet/help", "javascript:alert(1)": "",
	} {
		if got := (settings.Config{Support: support}).SupportLink(); got != want {
			t.Errorf("%q: %q, want %q", support, got, want)
		}
	}
}

func TestOf_NoConfig_ReturnsZeroValue(t *testing.T) {
	app := hookstest.NewApp(t)
	if settings.Of(app).URL != "http://usher.test" {
		t.Errorf("%+v, want %q", settings.Of(app), "http://usher.test")
	}
	app.Store().RemoveAll()
	if !reflect.DeepEqual(*settings.Of(app), settings.Config{}) {
		t.Errorf("%+v", settings.Of(app))
	}
}
