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

// seal encrypts a letter with AES-256-GCM for the row id alone: moved to another row it does not open.
// Links in letters therefore never reach SQLite or its WAL in clear text.
func seal(app core.App, id string, letter []byte) (string, error) {
	gcm, err := newGCM(app)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce)
	return base64.StdEncoding.EncodeToString(gcm.Seal(nonce, nonce, letter, []byte(id))), nil
}

// errWrongKey says that a letter cannot be opened with the key of this folder, as after a restore.
var errWrongKey = errors.New("the letter was sealed with another key")

func unseal(app core.App, id, sealed string) ([]byte, error) {
	gcm, err := newGCM(app)
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < gcm.NonceSize() {
		return nil, errWrongKey
	}
	letter, err := gcm.Open(nil, raw[:gcm.NonceSize()], raw[gcm.NonceSize():], []byte(id))
	if err != nil {
		return nil, errWrongKey
	}
	return letter, nil
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

// dataKey is the key of the data folder, made at the first use. It is the only thing that opens unsent letters,
// belongs to this machine and is in no backup: after a restore unsent letters are made again.
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

// loadKey reads or makes the key, and says on the console when emails are waiting that a new key can't open.
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

// createKey writes a new key in full before it gets its name, and never over another: of two processes at the
// first start one wins, and both read the same key.
func createKey(path string) error {
	file, err := os.CreateTemp(filepath.Dir(path), keyFile+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("make the key of the outbox: %w", err)
	}
	defer os.Remove(file.Name())
	k := make([]byte, keySize)
	rand.Read(k)
	_, err = file.Write(k)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Link(file.Name(), path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the key of the outbox: %w", err)
	}
	return nil
}

// DeriveKey is a key of this data folder for the purpose, and for no other. Like the key that it is made of, it is in
// no backup.
func DeriveKey(app core.App, purpose string) ([]byte, error) {
	k, err := dataKey(app)
	if err != nil {
		return nil, err
	}
	return hkdf.Key(sha256.New, k, nil, "usher "+purpose, keySize)
}
