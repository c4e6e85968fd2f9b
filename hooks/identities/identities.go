// Package identities lets users sign in with their account at an identity provider: Google, Microsoft, GitHub, or any OpenID
// Connect provider (R148). The account at the provider is called identity.
package identities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/auth"
	"golang.org/x/oauth2"

	"usher/hooks/tools/settings"
)

// timeout is how long a provider may take to answer.
const timeout = 10 * time.Second

// Identity is what a provider says about a user.
type Identity struct {
	Provider settings.Provider
	Subject  string // the user's ID at the provider, which never changes
	Email    string // empty unless the provider verified it
	Name     string
}

// errUnreachable means that a provider didn't answer as it should.
var errUnreachable = errors.New("the identity provider can't be used")

// client returns PocketBase's client of a provider. callback is the URL to which it returns.
func client(ctx context.Context, app core.App, p settings.Provider, callback string) (auth.Provider, error) {
	made, err := auth.NewProviderByName(p.Key)
	if err != nil {
		return nil, fmt.Errorf("identity provider %s: %w", p.Key, err)
	}
	made.SetContext(ctx)
	made.SetClientId(p.ClientID)
	made.SetClientSecret(p.ClientSecret)
	made.SetRedirectURL(callback)
	made.SetPKCE(true)
	switch p.Key {
	case settings.ProviderMicrosoft:
		made.SetAuthURL("https://login.microsoftonline.com/" + p.Tenant + "/oauth2/v2.0/authorize")
		made.SetTokenURL("https://login.microsoftonline.com/" + p.Tenant + "/oauth2/v2.0/token")
	case settings.ProviderOIDC:
		found, err := discover(ctx, app, p.Issuer)
		if err != nil {
			return nil, err
		}
		made.SetAuthURL(found.Authorization)
		made.SetTokenURL(found.Token)
		made.SetExtra(map[string]any{"jwksURL": found.Keys, "issuers": []string{found.Issuer}})
	}
	return made, nil
}

// fetch exchanges the code of a callback for the user's identity.
func fetch(app core.App, p settings.Provider, callback, code, verifier string) (Identity, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	from, err := client(ctx, app, p, callback)
	if err != nil {
		return Identity{}, err
	}
	token, err := from.FetchToken(code, oauth2.VerifierOption(verifier))
	if err != nil {
		return Identity{}, fmt.Errorf("%w: exchange the code: %w", errUnreachable, err)
	}
	user, err := readUser(ctx, app, p, from, token)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: read the user: %w", errUnreachable, err)
	}
	if user.Id == "" {
		return Identity{}, fmt.Errorf("%w: the user has no ID", errUnreachable)
	}
	return Identity{Provider: p, Subject: user.Id, Email: user.Email, Name: user.Name}, nil
}

// readUser reads the user of a token. That of OpenID Connect is in the signed ID token; a provider that doesn't put the address there
// has it at its UserInfo endpoint, which must speak of the same subject (OpenID Connect Core 1.0, 5.3.2).
func readUser(ctx context.Context, app core.App, p settings.Provider, from auth.Provider, token *oauth2.Token) (*auth.AuthUser, error) {
	if p.Key != settings.ProviderOIDC {
		return from.FetchAuthUser(token)
	}
	if signed, _ := token.Extra("id_token").(string); signed == "" {
		return nil, errors.New("no ID token")
	}
	user, err := from.FetchAuthUser(token)
	if err != nil || user.Email != "" {
		return user, err
	}
	found, err := discover(ctx, app, p.Issuer)
	if err != nil || found.UserInfo == "" {
		return user, err
	}
	from.SetUserInfoURL(found.UserInfo)
	more, err := from.FetchAuthUser(token)
	if err != nil {
		return nil, err
	}
	if more.Id != user.Id {
		return nil, errors.New("the UserInfo endpoint speaks of another user")
	}
	return more, nil
}
