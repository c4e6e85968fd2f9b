package mail

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"
)

const (
	keyFile     = "usher.key"
	keySize     = 32
	keyStoreKey = "usher.mail.key"
)

// seal encrypts content with AES-256-GCM. It can be decrypted only with the same id. Links in emails therefore never reach
// SQLite or its WAL in clear text.
func seal(app core.App, id string, content []byte) (string, error) {
	gcm, err := newGCM(app)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce)
	return base64.StdEncoding.EncodeToString(gcm.Seal(nonce, nonce, content, []byte(id))), nil
}

// setRequest stores the rendered email, encrypted.
func (m *Email) setRequest(app core.App, request []byte) error {
	sealed, err := seal(app, m.Id, request)
	if err != nil {
		return err
	}
	m.Set("sealed", sealed)
	return nil
}

// errWrongKey means that content can't be decrypted with the key of this folder, as after a restore.
var errWrongKey = errors.New("the email was encrypted with another key")

func unseal(app core.App, id, sealed string) ([]byte, error) {
	gcm, err := newGCM(app)
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < gcm.NonceSize() {
		return nil, errWrongKey
	}
	content, err := gcm.Open(nil, raw[:gcm.NonceSize()], raw[gcm.NonceSize():], []byte(id))
	if err != nil {
		return nil, errWrongKey
	}
	return content, nil
}

func newGCM(app core.App) (cipher.AEAD, error) {
	k, err := dataKey(app)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// dataKey returns the key of the data folder, creating it at the first use. Only it decrypts queued emails. It is excluded
// from backups, so queued emails can't be opened after a restore.
func dataKey(app core.App) ([]byte, error) {
	if k, ok := app.Store().Get(keyStoreKey).([]byte); ok {
		return k, nil
	}
	path := filepath.Join(app.DataDir(), keyFile)
	k, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = createKey(path); err == nil {
			k, err = readKey(path)
		}
	}
	if err != nil {
		return nil, err
	}
	app.Store().Set(keyStoreKey, k)
	return k, nil
}

// loadKey reads or creates the key, and warns on the console if a new key can't open queued emails.
func loadKey(app core.App) error {
	path := filepath.Join(app.DataDir(), keyFile)
	_, err := os.Stat(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if _, err := dataKey(app); err != nil || !missing {
		return err
	}
	n, _, err := Backlog(app)
	if n > 0 {
		fmt.Fprintf(consoleOutput(app), "\n  %s was missing, so a new key was created. Emails that were waiting (%d) can't be opened with it\n"+
			"  and fail. Send them again.\n", path, n)
	}
	return err
}

func readKey(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the key of the outbox: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("open the key of the outbox: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("can't use %s: it has mode %04o, so other accounts can read it\n  Run chmod 600 %s, then start again", path, mode, path)
	}
	k, err := io.ReadAll(io.LimitReader(file, keySize+1))
	if err != nil {
		return nil, fmt.Errorf("read the key of the outbox: %w", err)
	}
	if len(k) != keySize {
		return nil, fmt.Errorf("can't use %s: it must be %d bytes long\n  Move it away and start again. A new key is created; emails that are waiting fail and can be sent again", path, keySize)
	}
	return k, nil
}

// createKey writes a new key to a temporary file and links it without overwriting another: of two processes at the first
// start one wins, and both read the same key.
func createKey(path string) error {
	file, err := os.CreateTemp(filepath.Dir(path), keyFile+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("create the key of the outbox: %w", err)
	}
	defer os.Remove(file.Name())
	k := make([]byte, keySize)
	rand.Read(k)
	_, err = file.Write(k)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Link(file.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("create the key of the outbox: %w", err)
	}
	return nil
}

// DeriveKey derives a key of this data folder for one purpose. Like the key it is derived from, it is excluded from
// backups.
func DeriveKey(app core.App, purpose string) ([]byte, error) {
	k, err := dataKey(app)
	if err != nil {
		return nil, err
	}
	return hkdf.Key(sha256.New, k, nil, "usher "+purpose, keySize)
}
