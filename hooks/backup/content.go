package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/database"
	"usher/hooks/recordings"
)

// content reads a database without starting an app on it, which would change it.
type content struct {
	db          *dbx.DB
	collections []collection
}

// collection is what checks need of a collection.
type collection struct {
	ID     string
	Name   string
	Type   string
	Fields string
	fields []field
}

type field struct {
	Name         string `json:"name"`
	Type         string `json:"type"`
	CollectionID string `json:"collectionId"`
	MaxSelect    int    `json:"maxSelect"`
}

// openCopy opens a database that nothing writes, openLive one that a server may be using.
func openCopy(path string) (*content, error) { return openContent(path, true) }
func openLive(path string) (*content, error) { return openContent(path, false) }

func openContent(path string, final bool) (*content, error) {
	db, err := database.OpenReadOnly(path, final)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	c := &content{db: db}
	if err := c.readCollections(); err != nil {
		c.close()
		return nil, fmt.Errorf("%w: %s isn't a database of Usher (%w)", errForeign, path, err)
	}
	return c, nil
}

func (c *content) close() { _ = c.db.Close() }

func (c *content) readCollections() error {
	if err := c.db.NewQuery("SELECT id, name, type, fields FROM _collections WHERE type != 'view' ORDER BY name").All(&c.collections); err != nil {
		return err
	}
	for i := range c.collections {
		if err := json.Unmarshal([]byte(c.collections[i].Fields), &c.collections[i].fields); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(c.collections, func(each collection) bool { return each.Name == "memberships" }) {
		return errors.New("it has no memberships")
	}
	return nil
}

// migrations returns the migrations of this program that the database has had, in order.
func (c *content) migrations() (files []string, err error) {
	err = c.db.NewQuery("SELECT file FROM " + core.DefaultMigrationsTable + " ORDER BY file").Column(&files)
	if err != nil {
		return nil, fmt.Errorf("read the version of the database: %w", err)
	}
	system := core.SystemMigrations.Items()
	return slices.DeleteFunc(files, func(file string) bool {
		return slices.ContainsFunc(system, func(m *core.Migration) bool { return m.File == file })
	}), nil
}

func (c *content) newestMigration() (string, error) {
	files, err := c.migrations()
	if err != nil || len(files) == 0 {
		return "", errors.Join(err, errors.New("the database hasn't been set up: start Usher once"))
	}
	return files[len(files)-1], nil
}

// Unknown returns the migrations that this program doesn't have.
func Unknown(applied []string) (unknown []string) {
	known := map[string]bool{}
	for _, list := range []core.MigrationsList{core.AppMigrations, core.SystemMigrations} {
		for _, migration := range list.Items() {
			known[migration.File] = true
		}
	}
	if len(core.AppMigrations.Items()) == 0 {
		return nil
	}
	first := core.AppMigrations.Items()[0].File
	for _, file := range applied {
		if !known[file] && file >= first { // older ones belong to other versions of PocketBase
			unknown = append(unknown, file)
		}
	}
	return unknown
}

// counts counts the records of each collection.
func (c *content) counts() (map[string]int, error) {
	counts := map[string]int{}
	for _, each := range c.collections {
		var n int
		if err := c.db.NewQuery("SELECT count(*) FROM {{" + each.Name + "}}").Row(&n); err != nil {
			return nil, fmt.Errorf("count %s: %w", each.Name, err)
		}
		counts[each.Name] = n
	}
	return counts, nil
}

// checkIntegrity returns what SQLite finds wrong.
func (c *content) checkIntegrity() (problems []string) {
	var lines []string
	if err := c.db.NewQuery("PRAGMA integrity_check(20)").Column(&lines); err != nil {
		return []string{"the database can't be read: " + err.Error()}
	}
	for _, line := range lines {
		if line != "ok" {
			problems = append(problems, "the database is damaged: "+line)
		}
	}
	return problems
}

// checkRelations returns the fields that name records that don't exist.
func (c *content) checkRelations() (problems []string, err error) {
	for _, each := range c.collections {
		for _, f := range each.fields {
			at := slices.IndexFunc(c.collections, func(to collection) bool { return to.ID == f.CollectionID })
			if f.Type != core.FieldTypeRelation || at < 0 {
				continue
			}
			values := "SELECT [[" + f.Name + "]] AS value FROM {{" + each.Name + "}}"
			if f.MaxSelect > 1 {
				values = "SELECT j.value AS value FROM {{" + each.Name + "}} t, json_each(iif(json_valid(t.[[" + f.Name + "]]), t.[[" + f.Name + "]], '[]')) j"
			}
			var n int
			err := c.db.NewQuery("SELECT count(*) FROM (" + values + ") v WHERE v.value != '' AND NOT EXISTS (SELECT 1 FROM {{" +
				c.collections[at].Name + "}} r WHERE r.id = v.value)").Row(&n)
			if err != nil {
				return nil, fmt.Errorf("check %s of %s: %w", f.Name, each.Name, err)
			}
			if n > 0 {
				problems = append(problems, fmt.Sprintf("%d of %s name a record in %s that doesn't exist (%s)", n, each.Name, c.collections[at].Name, f.Name))
			}
		}
	}
	return problems, nil
}

// expectedFiles returns the files that records name and that are on the disk of the server, by their path in the data folder.
func (c *content) expectedFiles(withRecordings bool) (paths []string, err error) {
	var settings string
	if err := c.db.NewQuery("SELECT coalesce((SELECT value FROM _params WHERE id = 'settings'), '')").Row(&settings); err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	var stored struct{ S3 struct{ Enabled bool } }
	if json.Unmarshal([]byte(settings), &stored) == nil && !stored.S3.Enabled {
		if paths, err = c.uploadedFiles(); err != nil {
			return nil, err
		}
	}
	if !withRecordings {
		return paths, nil
	}
	var ids []string
	err = c.db.NewQuery("SELECT id FROM recordings WHERE status = {:status} AND location != {:s3} ORDER BY id").
		Bind(dbx.Params{"status": recordings.StatusReady, "s3": recordings.LocationS3}).Column(&ids)
	for _, id := range ids {
		paths = append(paths, recordingsFolder+"/"+id+"/"+recordings.ManifestName)
	}
	return paths, err
}

// uploadedFiles returns the files of file fields.
func (c *content) uploadedFiles() (paths []string, err error) {
	for _, each := range c.collections {
		for _, f := range each.fields {
			if f.Type != core.FieldTypeFile {
				continue
			}
			values := "SELECT id, [[" + f.Name + "]] AS name FROM {{" + each.Name + "}}"
			if f.MaxSelect > 1 {
				values = "SELECT t.id, j.value AS name FROM {{" + each.Name + "}} t, json_each(iif(json_valid(t.[[" + f.Name + "]]), t.[[" + f.Name + "]], '[]')) j"
			}
			var found []struct{ ID, Name string }
			if err := c.db.NewQuery("SELECT id, name FROM (" + values + ") WHERE name != ''").All(&found); err != nil {
				return nil, fmt.Errorf("list the files of %s: %w", each.Name, err)
			}
			for _, file := range found {
				paths = append(paths, storageFolder+"/"+each.ID+"/"+file.ID+"/"+file.Name)
			}
		}
	}
	return paths, nil
}

// missingFiles returns how many files aren't in a folder, and the first.
func missingFiles(dir string, paths []string) (problems []string) {
	n, first := 0, ""
	for _, path := range paths {
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(path))); err != nil || info.IsDir() {
			if n++; n == 1 {
				first = path
			}
		}
	}
	if n > 0 {
		problems = append(problems, fmt.Sprintf("%d files of records are missing, such as %s", n, first))
	}
	return problems
}
